"""A host with an account of the Odoo calendar, and two more addresses at the stand-in for Google."""

from datetime import timedelta

from .google_case import ADDRESS
from .sync_case import SyncCase

SECOND = "laura@private.example"
THIRD = "laura@club.example"
ANNA = "anna@bianchi.example"


class AccountsCase(SyncCase):
    def setUp(self):
        super().setUp()
        for address in (SECOND, THIRD):
            self.google.control("account", email=address, name="Laura", zone="Europe/Rome")

    def allow_several(self, allowed=True):
        self.env["ir.config_parameter"].set_param("meetings_scheduler.several_accounts", str(allowed))

    def two_accounts(self):
        """:return: (main, further) at Google, as an administrator who allows several gets them"""
        self.allow_several()
        self.connection.with_user(self.host).action_disconnect()
        main = self.connect()
        return main, self.connect(email=SECOND)

    def two_purposes(self):
        """:return: (for sync, for pages): two accounts as older installations hold them, several aren't allowed"""
        sync, pages = self.two_accounts()
        self.allow_several(False)
        sync._split(sync, pages)
        self.read_all()
        return sync, pages

    def accounts(self, user=None):
        return self.env["scheduling.connection"]._of_user(user or self.host)

    def read_all(self):
        """What the poll would read, now."""
        for account in self.accounts():
            account._refresh_busy()

    def busy(self, start, calendar=ADDRESS):
        """Something is in a calendar of Google's that isn't read yet."""
        times = {"start": {"dateTime": start.isoformat()}}
        times["end"] = {"dateTime": (start + timedelta(hours=1)).isoformat()}
        return self.google.control("event", calendar=calendar, body={"summary": "Busy", **times})

    def is_free(self, start):
        return self.page._check_slot(start, 30).ok

    def is_bookable(self):
        self.page.invalidate_recordset()
        return self.page.is_connected

    def settings(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["scheduling.settings"].with_user(user or self.host)

    def disconnect(self, account):
        with self.enter_registry_test_mode():
            account.with_user(self.host).action_disconnect()
