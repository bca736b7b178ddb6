"""Who reads what: every model of the addon, seen by everybody who could ask for it."""

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import SchedulingCase

NOBODY = set()
ALONE = {"owner"}
ADMINISTERED = {"owner", "manager"}
ALL_USERS = {"owner", "colleague", "manager", "administrator", "stranger", "stranger_manager"}
# Model to those who read a record of it that is about the owner. A model that is missing here fails the test.
READERS = {
    "scheduling.answer": ADMINISTERED,
    "scheduling.booking": ADMINISTERED,
    "scheduling.booking.host": ADMINISTERED,
    "scheduling.busy": ALONE,
    "scheduling.calendar": ALONE,
    "scheduling.channel": NOBODY,
    "scheduling.connection": ALONE,
    "scheduling.connection.health": {"manager"},
    "scheduling.counter": NOBODY,
    "scheduling.credential": NOBODY,
    "scheduling.duration": ALL_USERS,
    "scheduling.event.link": ALONE,
    "scheduling.hint": NOBODY,
    "scheduling.hold": NOBODY,
    "scheduling.host": ADMINISTERED,
    "scheduling.hours": ADMINISTERED,
    "scheduling.import": ALONE,
    "scheduling.limit": ADMINISTERED,
    "scheduling.link": ADMINISTERED,
    "scheduling.operation": {"manager"},
    "scheduling.override": ADMINISTERED,
    "scheduling.page": ADMINISTERED,
    "scheduling.permission.request": {"owner", "administrator"},
    "scheduling.preference": ALONE,
    "scheduling.question": ADMINISTERED,
    "scheduling.reason": ALONE,
    "scheduling.series": ALONE,
    "scheduling.suggestion": ADMINISTERED,
    "scheduling.task.link": ALONE,
    "scheduling.token": NOBODY,
}
# Their records live for one dialog only, and need a booking of a kind that this test hasn't got.
DIALOGS = {"scheduling.reassign", "scheduling.two.accounts"}


@tagged("post_install", "-at_install")
class TestSecurityMatrix(SchedulingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        abroad = {"company_id": cls.elsewhere.id, "company_ids": [Command.set(cls.elsewhere.ids)]}
        user, manager = "base.group_user", "base.group_user,meetings_scheduler.group_manager"
        cls.people = {
            "owner": cls.host,
            "colleague": new_test_user(cls.env, "matrix.colleague", user),
            "manager": new_test_user(cls.env, "matrix.manager", manager),
            "administrator": new_test_user(cls.env, "matrix.admin", f"{user},base.group_system"),
            "stranger": new_test_user(cls.env, "matrix.stranger", user, **abroad),
            "stranger_manager": new_test_user(cls.env, "matrix.stranger.manager", manager, **abroad),
            "portal": new_test_user(cls.env, "matrix.portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
        }
        cls.records = cls.make_records()

    @classmethod
    def make_records(cls):
        """:return: {model: a record that belongs to the owner}"""
        env, page, calendar = cls.env, cls.page, cls.connection.calendar_ids
        moment = fields.Datetime.now()
        times = {"start": cls.at(14).replace(tzinfo=None), "stop": cls.at(15).replace(tzinfo=None)}
        question = env["scheduling.question"].create({"page_id": page.id, "label": "Why?"})
        booking = cls.book(cls.at(9), answers=((question.id, "Because"),))
        recurrence = env["calendar.recurrence"].create({"name": "Daily", "rrule_type": "daily"})
        made = {
            "scheduling.page": page,
            "scheduling.hours": page.hours_ids[:1],
            "scheduling.question": question,
            "scheduling.booking": booking,
            "scheduling.booking.host": booking.host_ids,
            "scheduling.answer": booking.answer_ids,
            "scheduling.connection": cls.connection,
            "scheduling.calendar": calendar,
            "scheduling.operation": cls.operations.search([("booking_id", "=", booking.id)], limit=1),
            "scheduling.connection.health": env["scheduling.connection.health"].browse(cls.connection.id),
            "scheduling.duration": env["scheduling.duration"].search([], limit=1),
        }
        booking._mint_token("visitor")
        made["scheduling.token"] = env["scheduling.token"].search([("booking_id", "=", booking.id)], limit=1)
        others = {
            "scheduling.host": {"page_id": page.id, "user_id": cls.host.id},
            "scheduling.override": {"page_id": page.id},
            "scheduling.limit": {"page_id": page.id},
            "scheduling.link": {"page_id": page.id, "name": "Way in"},
            "scheduling.hold": {"page_id": page.id, "holder": "x", "sender": "x", "expires_at": moment, **times},
            "scheduling.counter": {"scope": "x", "sender": "x", "at": moment},
            "scheduling.busy": {"calendar_id": calendar.id, "user_id": cls.host.id, **times},
            "scheduling.credential": {"connection_id": cls.connection.id, "sealed": "x", "key_id": "x"},
            "scheduling.channel": {
                "calendar_id": calendar.id,
                "channel_id": "x",
                "resource_id": "x",
                "token_digest": "x",
                "expires_at": moment,
            },
            "scheduling.hint": {"connection_id": cls.connection.id},
            "scheduling.event.link": {"calendar_id": calendar.id, "origin": "remote"},
            "scheduling.series": {"calendar_id": calendar.id, "recurrence_id": recurrence.id, "key": "x"},
            "scheduling.task.link": {"calendar_id": calendar.id, "res_model": "mail.activity", "res_id": 1},
            "scheduling.suggestion": {"booking_id": booking.id, "start": moment},
            "scheduling.import": {"connection_id": cls.connection.id, "state": "done"},
            "scheduling.preference": {"user_id": cls.host.id},
            "scheduling.permission.request": {"user_id": cls.host.id, "permission": "seat"},
            "scheduling.reason": {"booking_id": booking.id},
        }
        for name, values in others.items():
            made[name] = env[name].with_user(cls.host if name == "scheduling.reason" else SUPERUSER_ID).create(values)
        return made

    def reads(self, person, record):
        """:return: whether the person finds the record, or reads it by its id"""
        seen = record.with_user(self.people[person])
        try:
            found = bool(seen.search([("id", "=", record.id)]))
        except AccessError:
            found = False
        seen.invalidate_recordset()
        try:
            seen.read(["id"])
        except AccessError:
            self.assertFalse(found, "found, but not read")
            return False
        return True

    def test_who_reads_what(self):
        """P14: tokens and secrets are read by nobody, calendars by their user, pages and bookings by managers as well;
        another company, portal and public read nothing."""
        models = {name for name, model in self.env.items() if name.startswith("scheduling.") and not model._abstract}
        self.assertEqual(models - DIALOGS, set(READERS), "say who reads the new model")
        for name, readers in READERS.items():
            with self.subTest(name):
                record = self.records[name]
                self.assertTrue(record.exists(), "nothing to read")
                self.assertEqual({person for person in self.people if self.reads(person, record)}, readers)
