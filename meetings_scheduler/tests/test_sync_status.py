from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .google_case import ADDRESS
from .sync_case import SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"
SYNC_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_connection_sync"
DAILY = {"recurrency": True, "rrule_type": "daily", "interval": 1, "end_type": "count", "count": 4}
OUR_FAULT = "This went wrong on our side. An administrator can look into it."
REFUSAL = {"action": "status", "status": 400, "reason": "invalid"}


class StatusCase(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()
        self.status = self.env["scheduling.sync.status"].with_user(self.host)

    def shown(self):
        self.env.flush_all()
        return self.status.get_data(self.google_connection.id)

    def refused(self, **values):
        """A meeting that Google refuses for good."""
        self.google.control("fault", method="events.insert", **REFUSAL)
        with mute_logger(OUTBOX_LOGGER):
            meeting = self.meet(self.at(10), **values)
            self.work()
        return meeting


@tagged("post_install", "-at_install")
class TestSyncStatus(StatusCase):
    def test_numbers(self):
        """M18, P19: linked, waiting and failed are told apart; several changes of one meeting are one that waits."""
        self.put(self.at(15))
        self.poll()
        self.refused(name="Refused")
        self.meet(self.at(12)).write({"name": "Changed"})
        shown = self.shown()
        self.assertEqual((shown["linked"], shown["waiting"], len(shown["failed"])), (1, 1, 1))
        self.assertEqual(shown["account"], ADDRESS)
        self.assertTrue(shown["last_read"] and shown["next_read"])
        self.assertEqual(
            self.status._summary(self.google_connection.with_user(self.host)),
            {"syncs": True, "linked": 1, "waiting": 1, "failed": 1, "questions": 0},
        )

    def test_failure_in_words(self):
        """P19: a failure says which meeting, why in plain words, what Google said, and whether it is tried again."""
        self.refused(name="Refused")
        (failed,) = self.shown()["failed"]
        self.assertEqual((failed["what"], failed["attempts"], failed["next_attempt"]), ("Refused", 1, None))
        self.assertIn("refuses this", failed["words"])
        self.assertTrue(failed["said"])
        self.assertNotIn("Rejected", failed["said"])
        self.google.control("fault", method="events.insert", action="status", status=503)
        with mute_logger(OUTBOX_LOGGER):
            self.meet(self.at(13), name="Later")
            self.work()
        later = next(one for one in self.shown()["failed"] if one["what"] == "Later")
        self.assertIn("tried again by itself", later["words"])
        self.assertTrue(later["next_attempt"])

    def test_collision_in_words(self):
        """P19: a write that met another one is tried again in a moment; no word of the database itself is shown."""
        collision = SerializationFailure("could not serialize access due to concurrent update")
        with patch.object(type(self.links), "_write_remote", side_effect=collision), mute_logger(OUTBOX_LOGGER):
            self.meet(self.at(10))
            self.work()
        (failed,) = self.shown()["failed"]
        self.assertIn("tried again by itself", failed["words"])
        self.assertEqual(failed["said"], "")
        self.assertLess(self.open_operations().next_attempt, fields.Datetime.now() + timedelta(seconds=3))

    def speak_italian(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.host.lang = "it_IT"

    def test_words_in_the_owners_language(self):
        """P19: the reason is written in the language of who reads it."""
        self.speak_italian()
        self.refused()
        (failed,) = self.shown()["failed"]
        self.assertIn("Il calendario lo rifiuta", failed["words"])

    def test_what_a_job_notices_is_said_in_the_owners_language(self):
        """M37, P19: a job has no language of its own: a lost calendar and a note on a contact are in the owner's."""
        self.speak_italian()
        self.put(self.at(15))
        self.poll()
        self.assertIn("arriva dal calendario", self.notes(self.jane)[0])
        other = self.google.control("calendar", owner="marco@rossi.example", summary="Trade fairs")["id"]
        self.google.control("share", calendar=other, email=ADDRESS, role="reader")
        self.google_connection._read_remote()
        fairs = self.google_connection.calendar_ids.filtered(lambda calendar: calendar.name == "Trade fairs")
        fairs.counts = True
        for role, words in (("freeBusyReader", "libero/occupato"), ("", "non è più condiviso")):
            self.google.control("share", calendar=other, email=ADDRESS, role=role)
            fairs._regain_access()
            self.google_connection._read_remote()
            self.assertIn(words, fairs.lost_reason)
        self.google.control("revoke", email=ADDRESS)
        self.google_connection._refresh_busy()
        self.assertIn("non accetta più", self.google_connection.lost_reason)

    def test_our_own_faults_in_words(self):
        """P19: what goes wrong on our side is told without the words of a database, which the log has."""
        full = OSError("could not extend file: No space left on device")
        with patch.object(type(self.links), "_write_remote", side_effect=full), mute_logger(OUTBOX_LOGGER):
            self.meet(self.at(10))
            self.work()
        (failed,) = self.shown()["failed"]
        self.assertEqual((failed["words"], failed["said"]), (OUR_FAULT, ""))
        with patch.object(type(self.calendar), "_sync_in", side_effect=full), mute_logger(SYNC_LOGGER):
            self.poll(fails=True)
        self.assertEqual(self.shown()["error"], OUR_FAULT)

    def test_try_again(self):
        """P19: tried again by its owner, the meeting gets into the calendar, and the list is empty."""
        self.refused()
        self.status.retry(self.shown()["failed"][0]["id"])
        self.work()
        self.assertEqual(len(self.events()), 1)
        self.assertEqual((self.shown()["failed"], self.shown()["linked"]), ([], 1))

    def test_give_up(self):
        """P19: given up, both sides stay as they are, also at night; the next change of the meeting tries again."""
        meeting = self.refused()
        self.status.give_up(self.shown()["failed"][0]["id"])
        self.google_connection._reconcile_meetings()
        self.work()
        self.assertEqual((self.shown()["failed"], self.shown()["waiting"], self.events()), ([], 0, []))
        self.assertTrue(meeting.active)
        meeting.write({"name": "Second try"})
        self.work()
        self.assertEqual(self.there()["summary"], "Second try")

    def test_give_up_a_change(self):
        """P19: a change that Google refuses and that was given up is not written by night."""
        meeting = self.meet(self.at(10))
        self.work()
        self.google.control("fault", method="events.patch", **REFUSAL)
        with mute_logger(OUTBOX_LOGGER):
            meeting.write({"name": "Refused"})
            self.work()
        self.status.give_up(self.shown()["failed"][0]["id"])
        self.google_connection._reconcile_meetings()
        self.work()
        self.assertEqual((meeting.name, self.there()["summary"]), ("Refused", "Demo"))
        meeting.write({"name": "Accepted"})
        self.work()
        self.assertEqual(self.there()["summary"], "Accepted")

    def test_held_removals(self):
        """P14: who is asked about many that have gone sees which; the answer counts from there."""
        ids = [self.put(self.at(8, 3 + day), summary=f"Meeting {day}") for day in range(12)]
        self.poll()
        for event_id in ids:
            self.remove(event_id)
        self.poll()
        shown = self.shown()
        self.assertEqual(shown["held"], 12)
        summary = self.status._summary(self.google_connection.with_user(self.host))
        self.assertEqual(summary["questions"], 1, "one question, about a dozen meetings")
        self.assertEqual([one["name"] for one in shown["held_meetings"]], [f"Meeting {day}" for day in range(12)])
        self.calendar.with_user(self.host).action_cancel_removed()
        self.poll()
        self.assertEqual((self.shown()["held"], self.shown()["held_meetings"], len(self.meetings())), (0, [], 0))

    def test_read_now(self):
        """M21: read now on request; if the calendar doesn't answer, words say so."""
        self.put(self.at(10))
        self.status.read_now(self.google_connection.id)
        self.assertEqual(len(self.meetings()), 1)
        self.google.control("fault", method="*", action="status", status=503, times=0)
        with self.assertRaisesRegex(UserError, "can't be reached"):
            self.status.read_now(self.google_connection.id)

    def test_read_now_while_the_poll_reads(self):
        """P7: a read that meets the poll's is repeated by Odoo as a whole; it doesn't go on in a broken transaction."""
        collision = SerializationFailure("could not serialize access due to concurrent update")
        with (
            patch.object(type(self.calendar), "_sync_in", side_effect=collision),
            self.assertRaises(SerializationFailure),
        ):
            self.status.read_now(self.google_connection.id)

    def test_nobody_elses(self):
        """M18: no one else reads or does anything here, managers included, with whatever ids."""
        self.refused()
        failed = self.shown()["failed"][0]["id"]
        link = self.links.search([], limit=1)
        link.doubt = "guests"
        for user in (self.env.ref("base.user_admin"), new_test_user(self.env, "eve", "base.group_user")):
            others = self.status.with_user(user)
            for ask in (
                lambda others=others: others.get_data(self.google_connection.id),
                lambda others=others: others.read_now(self.google_connection.id),
                lambda others=others: others.retry(failed),
                lambda others=others: others.give_up(failed),
                lambda others=others: others.settle(link.id, True),
                lambda others=others: others.settle(-1, True),
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    ask()
        mail = self.operations.create({"key": "x", "lane": "x", "kind": "notify"})
        for ask in (self.status.retry, self.status.give_up):
            with self.assertRaises(AccessError):
                ask(mail.id)
        self.assertEqual(len(self.shown()["failed"]), 1)


@tagged("post_install", "-at_install")
class TestSyncNightly(StatusCase):
    def night(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("meetings_scheduler.ir_cron_reconcile").method_direct_trigger()
        self.env.invalidate_all()
        self.work()

    def raw(self, query, *values):
        """What PostgreSQL does without Odoo."""
        self.env.flush_all()
        self.cr.execute(query, values)
        self.env.invalidate_all()

    def test_nothing_to_do(self):
        """P7: a night on which both sides agree changes and writes nothing, and asks nothing."""
        self.put(self.at(15), description="<p>Some <b>text</b> &amp; more</p><ul><li>one</li></ul>", location="Rome")
        self.poll()
        meeting = self.meet(self.at(10), description="<p>Ours</p><p>twice</p>", location="Via Roma 1")
        self.work()
        self.poll()
        writes, stamps = self.state()["writes"], (meeting | self.meetings()).mapped("write_date")
        self.night()
        self.assertEqual(self.state()["writes"], writes)
        self.assertEqual((meeting | self.meetings()).mapped("write_date"), stamps)
        self.assertEqual((self.shown()["doubts"], self.shown()["waiting"]), ([], 0))

    def test_recurring_meeting(self):
        """P7, P14, B1: at night a series is left alone; if occurrences vanished from Odoo, their owner is asked."""
        meeting = self.meet(self.at(10), name="Daily", **DAILY)
        self.work()
        self.poll()
        writes = self.state()["writes"]
        self.night()
        self.assertEqual((self.state()["writes"], self.shown()["doubts"]), (writes, []))
        third = meeting.recurrence_id.calendar_event_ids.sorted("start")[2]
        self.raw("DELETE FROM calendar_event WHERE id = %s", third.id)
        self.night()
        (doubt,) = self.shown()["doubts"]
        self.assertEqual((doubt["name"], doubt["doubt"], self.state()["writes"]), ("Daily", "gone", writes))
        self.status.settle(doubt["id"], True)
        self.work()
        self.assertEqual(self.shown()["doubts"], [])
        cancelled = [one for one in self.state()["calendars"][ADDRESS]["events"] if one["status"] == "cancelled"]
        self.assertEqual(len(cancelled), 1)

    def test_give_up_a_series(self):
        """P19: a refused recurring meeting is listed, and can be given up, as a whole."""
        self.google.control("fault", method="events.insert", **REFUSAL)
        with mute_logger(OUTBOX_LOGGER):
            self.meet(self.at(10), name="Daily", **DAILY)
            self.work()
        (failed,) = self.shown()["failed"]
        self.assertEqual(failed["what"], "Daily")
        self.status.give_up(failed["id"])
        self.night()
        self.assertEqual((self.shown()["failed"], self.shown()["doubts"], self.events()), ([], [], []))

    def test_missed_in_the_calendar(self):
        """P7, P9: what the calendar never told is noticed at night: an event that is new, and one that is gone."""
        gone = self.put(self.at(10))
        self.poll()
        token = self.calendar.sudo().sync_token
        self.remove(gone)
        self.put(self.at(12), summary="Untold")
        self.google.control("fault", method="events.list", action="change", fields={"items": []})
        self.night()
        self.assertEqual(self.meetings().mapped("name"), ["Untold"])
        self.assertNotEqual(self.calendar.sudo().sync_token, token)

    def test_missed_in_odoo(self):
        """P7: a title that was changed past all hooks is written into the calendar at night."""
        meeting = self.meet(self.at(10))
        self.work()
        self.raw("UPDATE calendar_event SET name = 'Untold' WHERE id = %s", meeting.id)
        self.night()
        self.assertEqual(self.there()["summary"], "Untold")

    def test_operation_that_got_lost(self):
        """P7: a meeting whose writing was lost from the outbox is written at night."""
        self.meet(self.at(10))
        self.raw("DELETE FROM scheduling_operation")
        self.night()
        self.assertEqual(len(self.events()), 1)

    def test_meeting_gone_by_cascade(self):
        """P14: a meeting whose row PostgreSQL took away is asked about; nothing is deleted in the calendar unasked."""
        for follow, left in ((False, 1), (True, 0)):
            meeting = self.meet(self.at(10), name="Cascade")
            self.work()
            self.raw("DELETE FROM calendar_event WHERE id = %s", meeting.id)
            self.night()
            self.assertEqual(len(self.events()), 1)
            (doubt,) = self.shown()["doubts"]
            self.assertEqual((doubt["name"], doubt["doubt"]), ("Cascade", "gone"))
            self.status.settle(doubt["id"], follow)
            self.work()
            self.night()
            self.assertEqual((len(self.events()), self.shown()["doubts"]), (left, []))
            for event in self.events():
                self.remove(event["id"])

    def test_guest_gone_by_cascade(self):
        """P14: a guest whose contact was deleted is taken from the event, and told so, only if the owner says so."""
        meeting = self.meet(self.at(10), guests=self.jane | self.bob)
        self.work()
        self.bob.unlink()
        self.env.invalidate_all()
        mails = len(self.mails_there())
        self.night()
        (doubt,) = self.shown()["doubts"]
        self.assertEqual(doubt["doubt"], "guests")
        self.assertEqual((len(self.guests_there()), len(self.mails_there())), (2, mails))
        self.status.settle(doubt["id"], False)
        self.night()
        self.assertEqual((len(self.guests_there()), self.shown()["doubts"]), (2, []), "left, and not asked again")
        meeting.write({"partner_ids": [Command.link(self.page.user_id.partner_id.id)], "name": "Changed"})
        self.work()
        self.assertEqual(self.there()["summary"], "Changed")

    def test_guest_follows_odoo(self):
        """P14: the owner may also say that the calendar follows."""
        self.meet(self.at(10), guests=self.jane | self.bob)
        self.work()
        self.bob.unlink()
        self.env.invalidate_all()
        self.night()
        self.status.settle(self.shown()["doubts"][0]["id"], True)
        self.work()
        self.assertEqual(len(self.guests_there()), 1)
        self.assertEqual(self.shown()["doubts"], [])

    def test_archived_past_hooks(self):
        """P14: a meeting archived past all hooks is asked about."""
        meeting = self.meet(self.at(10))
        self.work()
        self.raw("UPDATE calendar_event SET active = FALSE WHERE id = %s", meeting.id)
        self.night()
        (doubt,) = self.shown()["doubts"]
        self.assertEqual((doubt["doubt"], len(self.events())), ("archived", 1))
        self.status.settle(doubt["id"], True)
        self.work()
        self.assertEqual(self.events(), [])

    def test_one_that_fails_stops_no_other(self):
        """P19: a connection that can't be compared doesn't keep the night from the others."""
        anna = new_test_user(
            self.env,
            "anna.host",
            "base.group_user,meetings_scheduler.group_personal_email",
            email="anna@bianchi.example",
        )
        self.connect(anna, email="anna@bianchi.example")
        meeting = self.meet(self.at(10))
        self.work()
        self.raw("UPDATE calendar_event SET name = 'Untold' WHERE id = %s", meeting.id)
        self.google_connection.paused_until = False
        self.google.control("fault", method="events.list", action="status", status=503, times=2)
        with mute_logger(SYNC_LOGGER):
            self.night()
        self.assertEqual(self.there()["summary"], "Untold", "Odoo's side doesn't wait for the calendar's")


@tagged("post_install", "-at_install")
class TestConnectionHealth(StatusCase):
    def health(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["scheduling.connection.health"].with_user(user).search([("user_id", "=", self.host.id)])

    def test_manager_sees_health_not_content(self):
        """M18, P19: a manager sees how the calendars do, in numbers; names of meetings and accounts are the owner's."""
        self.put(self.at(15), summary="Secret merger")
        self.poll()
        self.refused(name="Secret offer")
        self.meet(self.at(12))
        self.links.search([("origin", "=", "remote")]).doubt = "guests"
        manager = new_test_user(self.env, "mona", "base.group_user,meetings_scheduler.group_manager")
        health = self.health(manager)
        self.assertEqual(
            (health.provider, health.state, health.linked, health.waiting, health.failed, health.questions),
            ("google", "connected", 1, 1, 1, 1),
        )
        self.assertTrue(health.trouble and health.read_at and health.next_read)
        self.assertNotIn("Secret", str(health.read()))
        for model in ("scheduling.connection", "scheduling.event.link", "scheduling.calendar"):
            self.assertFalse(self.env[model].with_user(manager).search([]), model)

    def test_who_sees_it(self):
        """M18: no ordinary user sees it, no manager of another company; nobody changes it."""
        with self.assertRaises(AccessError):
            self.health(self.host)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "mona",
            "base.group_user,meetings_scheduler.group_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(self.health(stranger))
        with self.assertRaises(AccessError):
            self.health(self.env.ref("base.user_admin")).write({"state": "lost"})

    def test_lost_is_trouble(self):
        """P12: a connection that was lost is the first a manager sees; one that was disconnected is none any more."""
        manager = self.env.ref("base.user_admin")
        self.assertFalse(self.health(manager).trouble)
        self.google_connection._lose("The permission has ended.")
        self.assertEqual((self.health(manager).state, self.health(manager).trouble), ("lost", True))
        self.google_connection._disconnect()
        self.assertFalse(self.health(manager))
