"""Recurring meetings made in Odoo are series in the host's calendar."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.scheduling_page_slots import naive
from .series_case import DAILY, SeriesCase
from .sync_case import JANE
from .test_sync_out import OUTBOX_LOGGER


@tagged("post_install", "-at_install")
class TestSeriesOut(SeriesCase):
    # ------------------------------------------------------------ made

    def test_one_invitation(self):
        """M23, B1: a recurring meeting is one series in Google, with one invitation; Odoo sends none."""
        with self.mock_mail_gateway():
            occurrences = self.meet_often()
        self.assertEqual(len(occurrences), 4)
        (master,) = self.masters()
        self.assertTrue(master["recurrence"][0].startswith("RRULE:FREQ=DAILY;UNTIL="))
        self.assertEqual(self.mails_there(), [("invitation", (JANE,))])
        self.assertFalse(self._mails)
        self.assertEqual(self.state()["writes"], 1)
        self.assert_same(4)
        self.assertEqual(len(self.links.search([("state", "=", "live")])), 4)

    def test_another_organizer(self):
        """B2: another user takes the whole series over: Odoo invites for them, once."""
        other = new_test_user(self.env, "other.organizer", email="other@bianchi.example")
        occurrences = self.meet_often()
        with self.mock_mail_gateway():
            occurrences[0].sudo().write({"user_id": other.id, "recurrence_update": "all_events"})
            self.work()
        self.assertEqual(self.events(), [])
        self.assertEqual([mail["email_to"] for mail in self._mails], [['"Jane Doe" <jane@doe.example>']])

    def test_rules(self):
        """B1, P16: every rule of Odoo's form makes the same occurrences in Google, over both changes of the clocks."""
        rules = (
            {"rrule_type": "weekly", "interval": 2, "count": 30, "mon": True, "wed": True, "fri": True},
            {"rrule_type": "monthly", "month_by": "date", "day": 31, "count": 12},
            {"rrule_type": "monthly", "month_by": "day", "weekday": "TUE", "byday": "-1", "count": 14},
            {"rrule_type": "yearly", "count": 2},
            {"rrule_type": "weekly", "end_type": "end_date", "until": self.at(0, 300).date(), "tue": True},
            {"rrule_type": "daily", "interval": 3, "end_type": "forever"},
        )
        self.host.tz = "Europe/Rome"
        for rule in rules:
            with self.subTest(rule=rule):
                self.meet_often(event_tz="Europe/Rome", **rule)
                self.assertEqual(len(self.masters()), 1)
                ends = self.at(0, 800)
                here = [one for one in self.said() if one[0] < ends]
                self.assertEqual(self.told(), here)
                self.assertGreater(len(here), 1)
                self.poll()
                self.assertFalse(self.open_operations())
                hours = {one[0].astimezone(ZoneInfo("Europe/Rome")).hour for one in here}
                self.assertEqual(len(hours), 1, "the wall clock stays")
                self.here().unlink()
                self.work()
                self.assertEqual(self.events(), [])

    def test_twice_an_hour_in_autumn(self):
        """P16: half past two comes twice when the clocks go back; both sides mean the same one in the end."""
        # Autumn in either half of the world, so that one is far enough from now and from the end of what is read.
        autumn = next(
            day
            for days in range(5, 300)
            for day in (self.at(0, days).astimezone(ZoneInfo(zone)) for zone in ("Europe/Rome", "Australia/Sydney"))
            if day.utcoffset() - (day + timedelta(days=1)).utcoffset() == timedelta(hours=1)
        )
        start = datetime(autumn.year, autumn.month, autumn.day, 2, 30, tzinfo=autumn.tzinfo) - timedelta(days=1)
        self.meet_often(start, event_tz=autumn.tzinfo.key)
        self.poll()
        self.work()
        self.assert_same(4)

    def test_all_day(self):
        """B1: all-day meetings recur as all-day events."""
        day = self.at(0).date()
        self.meet_often(self.at(8), allday=True, start_date=day, stop_date=day, stop=naive(self.at(18)))
        (master,) = self.masters()
        self.assertEqual(master["start"]["date"], f"{day}")
        self.poll()
        self.assertEqual(self.here().mapped("start_date"), [day + timedelta(days=number) for number in range(4)])
        third = self.here()[2]
        third.write({"allday": False, "start": naive(self.at(9, 5)), "stop": naive(self.at(10, 5))})
        self.work()
        self.poll()
        dates = [event["start"].get("date") for event in self.events() if not event.get("recurrence")]
        self.assertEqual(dates, [None])
        self.assertFalse(self.open_operations())

    def test_first_day_does_not_fit(self):
        """B1: a meeting whose own day is none of the rule's: the series is what Odoo made of it."""
        weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(self.at(0).weekday() + 2) % 7]
        self.meet_often(rrule_type="weekly", count=3, **{weekday: True})
        self.assert_same(3)

    def test_single_becomes_recurring(self):
        """B1: a single meeting begins to recur: its event becomes the series, with its UID."""
        meeting = self.meet(self.at(10))
        self.work()
        uid = self.there()["iCalUID"]
        meeting.write(dict(DAILY))
        self.work()
        (master,) = self.masters()
        self.assertEqual(master["iCalUID"], uid)
        self.assertEqual([kind for kind, _to in self.mails_there()], ["invitation", "update"])
        self.assert_same(4)

    def test_lost_answer(self):
        """P5, fault 7: the answer of the series' creation is lost: it is made once."""
        self.google.control("fault", method="events.insert", action="lose")
        with mute_logger(OUTBOX_LOGGER):
            self.meet_often()
        self.poll()
        self.work()
        self.assertEqual(len(self.masters()), 1)
        self.assertEqual(self.state()["writes"], 1)
        self.assert_same(4)

    # ------------------------------------------------------------ changed in Odoo

    def test_one_occurrence(self):
        """B1, B2: one occurrence is moved, one renamed and one deleted in Odoo: just these change in Google."""
        _first, second, third, fourth = self.meet_often()
        with self.mock_mail_gateway():
            second.write(
                {"start": naive(self.at(16, 4)), "stop": naive(self.at(17, 4)), "recurrence_update": "self_only"}
            )
            third.write({"name": "Special", "recurrence_update": "self_only"})
            fourth.unlink()
            self.work()
        self.assertFalse(self._mails)
        kinds = [kind for kind, _to in self.mails_there()]
        self.assertEqual(sorted(kinds), ["cancellation", "invitation", "update", "update"])
        self.assertEqual(len(self.masters()), 1)
        self.assert_same(3)

    def test_changed_before_it_was_written(self):
        """B1, P5: occurrences are moved and deleted before the series is written: it is made with that."""
        self.meet(self.at(10), **DAILY)
        _first, second, third, _fourth = self.here()
        second.write({"start": naive(self.at(16, 4)), "stop": naive(self.at(17, 4)), "recurrence_update": "self_only"})
        third.unlink()
        self.work()
        self.assert_same(3)

    def test_all_renamed(self):
        """B2: the title, place and guests of all are changed: one write, one mail to each; what is special stays."""
        first, second, *_rest = self.meet_often()
        second.write({"name": "Special", "recurrence_update": "self_only"})
        self.work()
        writes = self.state()["writes"]
        first.write({"location": "Via Roma 1", "recurrence_update": "all_events"})
        self.work()
        self.assertLessEqual(self.state()["writes"] - writes, 2, "the series, and the one that is special")
        first.write(
            {"partner_ids": [Command.link(self.bob.id)], "recurrence_update": "all_events"},
        )
        self.work()
        self.assertEqual([one[2] for one in self.told()], ["Demo", "Special", "Demo", "Demo"])
        self.assert_same(4)

    def test_all_moved(self):
        """B2: all are moved to another hour: the same series, UID and all, with one update to its guests."""
        first = self.meet_often()[0]
        uid = self.masters()[0]["iCalUID"]
        with self.mock_mail_gateway():
            first.write({"start": naive(self.at(15)), "stop": naive(self.at(16)), "recurrence_update": "all_events"})
            self.work()
        (master,) = self.masters()
        self.assertEqual((master["iCalUID"], master["sequence"]), (uid, 1))
        self.assertEqual([kind for kind, _to in self.mails_there()], ["invitation", "update"])
        self.assert_same(4)

    def test_all_moved_after_one_was(self):
        """B2: all are moved when one was changed alone before: the old series is cancelled, a new one invites."""
        first, second, *_rest = self.meet_often()
        second.write({"name": "Special", "recurrence_update": "self_only"})
        self.work()
        first.write({"start": naive(self.at(15)), "stop": naive(self.at(16)), "recurrence_update": "all_events"})
        self.work()
        self.assertEqual(len(self.masters()), 1)
        self.assert_same(4)

    @mute_logger(OUTBOX_LOGGER)
    def test_made_anew_with_a_lost_answer(self):
        """P5: a series that is made anew is one, even if the answer of its creation is lost."""
        first, second, *_rest = self.meet_often()
        second.write({"name": "Special", "recurrence_update": "self_only"})
        self.work()
        first.write({"start": naive(self.at(15)), "stop": naive(self.at(16)), "recurrence_update": "all_events"})
        self.google.control("fault", method="events.insert", action="lose")
        self.work()
        self.work()
        self.assertEqual(len(self.masters()), 1)
        self.assert_same(4)

    def test_following(self):
        """B2: this and the following are moved: the series ends there, and a second one goes on."""
        third = self.meet_often(count=6)[2]
        third.write(
            {"start": naive(self.at(15, 5)), "stop": naive(self.at(16, 5)), "recurrence_update": "future_events"}
        )
        self.work()
        self.assertEqual(len(self.masters()), 2)
        self.assertEqual([kind for kind, _to in self.mails_there()], ["invitation", "update", "invitation"])
        self.assert_same(6)

    def test_rule_changed(self):
        """B2: another number of repetitions: the same series has so many occurrences."""
        first = self.meet_often()[0]
        first.write({"count": 6, "recurrence_update": "all_events"})
        self.work()
        self.assertEqual(len(self.masters()), 1)
        self.assert_same(6)

    def test_cancelled(self):
        """B2: following ones and all are deleted: one mail each time, however many occurrences there are."""
        third = self.meet_often(count=8)[2]
        third.action_unlink_event(recurrence="next")
        self.work()
        self.assert_same(2)
        self.here()[0].action_unlink_event(recurrence="all")
        self.work()
        self.assertEqual((self.events(), self.here().ids), ([], []))
        self.assertEqual([kind for kind, _to in self.mails_there()], ["invitation", "update", "cancellation"])
        self.poll()
        self.assertFalse(self.open_operations())

    def test_recurs_no_more(self):
        """B2: a meeting stops recurring: one meeting is left on both sides."""
        first = self.meet_often()[0]
        first.write({"recurrency": False, "recurrence_update": "all_events"})
        self.work()
        self.assertEqual(self.masters(), [])
        self.assert_same(1)

    def test_switched_off(self):
        """M24: without calendar sync nothing of it goes out; ticked again, what was changed meanwhile follows."""
        first = self.meet_often()[0]
        self.tick(False)
        first.write({"name": "Meanwhile", "recurrence_update": "all_events"})
        self.here()[-1].unlink()
        self.work()
        self.assertEqual({one[2] for one in self.told()}, {"Demo"})
        self.tick(True)
        self.work()
        self.assert_same(3)
        self.assertEqual({one[2] for one in self.told()}, {"Meanwhile"})
