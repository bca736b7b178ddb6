"""A series made in Odoo is changed in the host's calendar, or on both sides."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo.fields import Command
from odoo.tests import tagged

from ..models.scheduling_page_slots import naive
from ..providers.base import Period
from .google_case import ADDRESS
from .series_case import SeriesCase
from .sync_case import JANE


@tagged("post_install", "-at_install")
class TestSeriesThere(SeriesCase):
    def occurrence_there(self, number):
        (master,) = self.masters()
        with self.google_connection._adapter() as adapter:
            window = Period(self.at(0, 0), self.at(0, 400))
            found = [event for page in adapter.changes(ADDRESS, None, window) for event in page.events]
        return sorted((one.recurrence_id, one.id) for one in found if one.series_id == master["id"])[number][1]

    def test_occurrence_changed_there(self):
        """B1, B2: one occurrence is moved and one deleted in Google: so it is in Odoo."""
        self.meet_often()
        self.change(self.occurrence_there(1), **self.timed(self.at(18, 4)))
        self.remove(self.occurrence_there(2))
        self.poll()
        self.assertIn(naive(self.at(18, 4)), self.here().mapped("start"))
        self.assert_same(3)

    def test_series_changed_there(self):
        """B1, B2: the whole series is renamed, lengthened and removed in Google: Odoo follows each time."""
        self.meet_often()
        (master,) = self.masters()
        self.change(master["id"], summary="New title")
        self.poll()
        self.assertEqual(self.here().mapped("name"), ["New title"] * 4)
        self.assert_same(4)
        self.change(master["id"], recurrence=["RRULE:FREQ=DAILY;COUNT=6"])
        self.poll()
        self.assert_same(6)
        self.remove(master["id"])
        self.poll()
        self.work()
        self.assertFalse(self.here())
        self.assertFalse(self.open_operations())

    def test_removed_there_before_it_was_read(self):
        """B2, P14: the series is deleted in Google before its occurrences' own names were read: Odoo follows, by a full
        read, and by its own next write."""
        self.meet_often()
        self.google.control("forget_sync_tokens")
        self.remove(self.masters()[0]["id"])
        self.poll()
        self.assertFalse(self.here())

        first = self.meet_often()[0]
        self.remove(self.masters()[0]["id"])
        first.write({"name": "New title", "recurrence_update": "all_events"})
        self.work()
        self.assertFalse(self.here())
        self.assertFalse(self.open_operations())

    def test_one_removed_there_before_it_was_read(self):
        """B1, P14: so for a single occurrence; the others stay."""
        self.meet_often()
        self.google.control("forget_sync_tokens")
        self.remove(self.occurrence_there(2))
        self.poll()
        self.assert_same(3)

    def test_series_moved_there(self):
        """B2: the whole series is moved to another hour in Google: so are the same meetings in Odoo, and what is done
        with one of them, or with all, after that holds on both sides."""
        known = self.meet_often()
        self.change(self.masters()[0]["id"], **self.timed(self.at(17)))
        self.poll()
        self.assertEqual(self.here(), known)
        self.assertEqual(known[0].start, naive(self.at(17)))
        self.assert_same(4)
        known[1].write({"start": naive(self.at(19, 4)), "stop": naive(self.at(19, 4)) + timedelta(minutes=30)})
        known[2].write({"name": "Renamed", "recurrence_update": "all_events"})
        self.work()
        self.poll()
        self.work()
        self.assertEqual(len(self.masters()), 1, "still one series")
        self.assertEqual(set(self.here().mapped("name")), {"Renamed"})
        self.assert_same(4)

    def test_split_there(self):
        """B1, B2: Google splits the series at "this and following", with our mark on both halves: none is lost."""
        self.meet_often()
        (master,) = self.masters()
        self.change(master["id"], recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
        mark = {"extendedProperties": master["extendedProperties"], "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]}
        self.put(self.at(17, 5), **mark)
        self.poll()
        self.assert_same(4)

    def test_both_changed(self):
        """B2: all are renamed in Odoo while one is moved in Google: both hold, on both sides."""
        first = self.meet_often()[0]
        self.poll()
        self.change(self.occurrence_there(1), **self.timed(self.at(18, 4)))
        first.write({"name": "Renamed", "recurrence_update": "all_events"})
        self.work()
        self.poll()
        self.work()
        self.assertEqual(self.here().mapped("name"), ["Renamed"] * 4)
        self.assertIn(naive(self.at(18, 4)), self.here().mapped("start"))
        self.assert_same(4)

    def test_both_changed_over_the_change_of_the_clocks(self):
        """B2, P16: a weekly series over both changes of clocks is moved in Odoo; then one behind a change is renamed
        in Google while all get a place in Odoo; then all are moved in Google. The wall clock stays, none is lost.
        """
        self.host.tz = "Europe/Rome"
        day = self.at(0).date()
        weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()]
        rule = {"event_tz": "Europe/Rome", "rrule_type": "weekly", "count": 40, weekday: True}
        first = self.meet_often(self.rome(day, 9), **rule)[0]
        moved = naive(self.rome(day, 11))
        first.write({"start": moved, "stop": moved + timedelta(hours=1), "recurrence_update": "all_events"})
        self.work()
        self.assert_at(11)
        self.change(self.occurrence_there(30), summary="Special")
        self.here()[0].write({"location": "Via Roma 1", "recurrence_update": "all_events"})
        self.work()
        self.assert_at(11)
        self.assertEqual(self.here().mapped("name").count("Special"), 1)
        self.assertEqual(set(self.here().mapped("location")), {"Via Roma 1"})
        self.change(self.masters()[0]["id"], **self.timed(self.rome(day, 15), minutes=60))
        self.poll()
        self.work()
        self.assert_at(15)

    def assert_at(self, hour):
        hours = {one[0].astimezone(ZoneInfo("Europe/Rome")).hour for one in self.said()}
        self.assertEqual(hours, {hour})
        self.assert_same(40)

    def test_moved_behind_the_cut(self):
        """B2: one is moved to a day behind the end, here or there; then the series is cut short: what is left is the
        same on both sides.
        """
        for there in (False, True):
            with self.subTest(there=there):
                third = self.meet_often(count=8)[2]
                self.poll()
                if there:
                    self.change(self.occurrence_there(1), **self.timed(self.at(18, 20)))
                    self.poll()
                else:
                    start = naive(self.at(18, 20))
                    self.here()[1].write(
                        {"start": start, "stop": start + timedelta(minutes=30), "recurrence_update": "self_only"}
                    )
                    self.work()
                third.action_unlink_event(recurrence="next")
                self.work()
                self.poll()
                self.work()
                self.assertIn(naive(self.at(10)), self.here().mapped("start"))
                self.assertEqual(self.told(), self.said())
                self.assert_same(len(self.said()))
                self.here().unlink()
                self.work()
                self.assertEqual(self.events(), [])

    def test_guest_added_to_one_and_all_changed_there(self):
        """B1, B2: a guest joins one occurrence in Odoo while the series is renamed in Google: both hold."""
        self.meet_often()
        self.poll()
        self.here()[1].write({"partner_ids": [Command.link(self.bob.id)], "recurrence_update": "self_only"})
        self.change(self.masters()[0]["id"], summary="Renamed there")
        self.poll()
        self.work()
        self.poll()
        self.work()
        self.assertEqual(self.here().mapped("name"), ["Renamed there"] * 4)
        self.assertEqual([len(one[3]) for one in self.said()], [1, 2, 1, 1])
        self.assert_same(4)

    def test_archived_guest_of_a_series(self):
        """B2: a contact that is archived stays a guest of the series, whatever is changed later."""
        first = self.meet_often()[0]
        self.poll()
        self.jane.active = False
        occurrences = first.recurrence_id.calendar_event_ids.with_user(self.host)
        occurrences[0].write({"name": "Renamed", "recurrence_update": "all_events"})
        self.work()
        self.poll()
        self.work()
        self.assertEqual({(one[2], one[3]) for one in self.told()}, {("Renamed", (JANE,))})
        self.assertFalse(self.open_operations())
