from odoo.tests import tagged
from odoo.tools import file_open

from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestNeutralize(SchedulingCase):
    def test_copy_is_silent(self):
        """P23: a restored copy has no pending mail and no access to a calendar outside of Odoo."""
        self.book(self.at(10))
        self.env["scheduling.connection"].create(
            {"user_id": self.env.ref("base.user_admin").id, "provider": "google", "account": "admin@bianchi.example"}
        )
        self.env.flush_all()
        with file_open("meetings_scheduler/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self.operations.search([("state", "in", ("pending", "running"))]))
        self.assertFalse(
            self.env["scheduling.connection"].search([("provider", "!=", "odoo"), ("state", "!=", "disconnected")])
        )
        self.assertEqual(self.connection.state, "connected", "Odoo's own calendar is in the copy as well")
