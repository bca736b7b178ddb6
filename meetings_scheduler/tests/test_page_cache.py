from odoo.fields import Command
from odoo.tests import tagged

from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestPageCache(SchedulingCase):
    """What is cached of a page follows every change of what it is made of."""

    def facts(self):
        return self.page.with_context(lang="en_US")._public_info()

    def slots(self):
        return len(self.page._free_slots(self.at(0, 3), self.at(0, 4), self.page._durations()[0]))

    def test_settings(self):
        self.assertEqual(self.slots(), 48)
        self.page.increment = "60"
        self.assertEqual(self.slots(), 24)
        self.page.hours_ids.filtered(lambda hours: hours.day == str(self.at(0, 3).weekday())).unlink()
        self.assertLess(self.slots(), 24)
        self.page.override_ids = [Command.create({"date_from": self.at(0, 2).date(), "date_to": self.at(0, 5).date()})]
        self.assertEqual(self.slots(), 0)
        self.page.override_ids.unlink()
        self.page.limit_ids = [Command.create({"scope": "page", "maximum": 1, "measure": "minutes"})]
        self.assertEqual(self.slots(), 0)

    def test_words(self):
        self.assertEqual(self.facts()["name"], "Intro call")
        self.page.name = "First call"
        self.assertEqual(self.facts()["name"], "First call")
        self.host.partner_id.name = "Laura B."
        self.assertEqual(self.facts()["host"]["name"], "Laura B.")
        question = self.env["scheduling.question"].create({"page_id": self.page.id, "label": "Topic"})
        self.assertEqual([q["label"] for q in self.facts()["questions"]], ["Topic"])
        question.update_field_translations("label", {"en_US": "Subject"})
        self.assertEqual([q["label"] for q in self.facts()["questions"]], ["Subject"])
        self.page.duration_ids = self.env["scheduling.duration"].search([("minutes", "in", (15, 45))])
        self.assertEqual(list(self.facts()["durations"]), [15, 45])

    def test_gone(self):
        """An archived host, or a page switched off, is gone at once."""
        find = self.env["scheduling.page"]._find_public
        self.assertTrue(find(self.page.slug))
        self.page.is_published = False
        self.assertFalse(find(self.page.slug))
        self.page.is_published = True
        self.host.active = False
        self.assertFalse(find(self.page.slug))

    def test_a_question_for_times_reads_no_record(self):
        """Free times cost two queries, who can be read and what is in the way, whatever the settings."""
        self.slots()
        page = self.env["scheduling.page"]
        page._find_public("intro-call-test")
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            page = page._find_public("intro-call-test")
            page._time_facts()
            page._free_slots(self.at(0, 3), self.at(0, 30), 30)
