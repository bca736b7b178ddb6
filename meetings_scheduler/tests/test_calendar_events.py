from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..models.scheduling_page_slots import naive
from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestOdooCalendar(SchedulingCase):
    """The host's own Odoo calendar as the connected one."""

    def event(self, start, hours=1, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Lunch",
                "start": naive(start),
                "stop": naive(start) + timedelta(hours=hours),
                "user_id": self.host.id,
                "partner_ids": [Command.set(self.host.partner_id.ids)],
                **values,
            }
        )

    def is_free(self, start):
        return self.page._check_slot(start, 30).ok

    def test_event_takes_time(self):
        """M2: a visitor can't book over what is in the host's calendar."""
        self.assertTrue(self.is_free(self.at(10)))
        event = self.event(self.at(10))
        self.assertFalse(self.is_free(self.at(10)))
        self.assertTrue(self.is_free(self.at(11)), "back to back is free")
        event.write({"start": naive(self.at(12)), "stop": naive(self.at(13))})
        self.assertTrue(self.is_free(self.at(10)))
        self.assertFalse(self.is_free(self.at(12)))
        event.unlink()
        self.assertTrue(self.is_free(self.at(12)))

    def test_free_declined_and_archived_events_take_none(self):
        event = self.event(self.at(10), show_as="free")
        self.assertTrue(self.is_free(self.at(10)))
        event.show_as = "busy"
        self.assertFalse(self.is_free(self.at(10)))
        event.attendee_ids.do_decline()
        self.assertTrue(self.is_free(self.at(10)))
        event.attendee_ids.do_accept()
        event.active = False
        self.assertTrue(self.is_free(self.at(10)))

    def test_invited_by_a_colleague(self):
        colleague = self.env["res.partner"].create({"name": "Colleague"})
        event = self.event(self.at(10), partner_ids=[Command.set(colleague.ids)])
        self.assertTrue(self.is_free(self.at(10)))
        event.partner_ids += self.host.partner_id
        self.assertFalse(self.is_free(self.at(10)))
        event.partner_ids -= self.host.partner_id
        self.assertTrue(self.is_free(self.at(10)))

    def test_all_day_event_lasts_the_hosts_day(self):
        """An all-day event is busy from midnight to midnight where the host lives, not 8 to 18 UTC."""
        day = self.at(0).date()
        self.env["calendar.event"].create(
            {
                "name": "Fair",
                "allday": True,
                "start_date": day,
                "stop_date": day,
                "start": f"{day} 08:00:00",
                "stop": f"{day} 18:00:00",
                "partner_ids": [Command.set(self.host.partner_id.ids)],
            }
        )
        busy = self.env["scheduling.busy"].search([("user_id", "=", self.host.id)])
        self.assertEqual(len(busy), 1)
        self.assertEqual(busy.stop - busy.start, timedelta(days=1))
        self.assertIn(busy.start.hour, (22, 23), "midnight in Rome, in UTC")
        self.host.tz = "America/New_York"
        busy = self.env["scheduling.busy"].search([("user_id", "=", self.host.id)])
        self.assertIn(busy.start.hour, (4, 5), "midnight in New York, in UTC")

    def test_every_occurrence_takes_time(self):
        self.event(
            self.at(10),
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
        )
        self.assertEqual([self.is_free(self.at(10, days)) for days in (3, 4, 5, 6)], [False, False, False, True])

    def test_moved_in_odoo(self):
        """B2: moving the meeting in Odoo's calendar moves the booking and tells the visitor."""
        booking = self.book(self.at(10))
        booking.event_id.with_user(self.host).write({"start": naive(self.at(14)), "stop": naive(self.at(15))})
        self.assertEqual((booking.start, booking.stop), (naive(self.at(14)), naive(self.at(15))))
        self.assertTrue(self.operations.search([("key", "=", f"booking:{booking.id}:visitor:moved:1")]))
        self.assertFalse(self.is_free(self.at(14)))
        self.assertTrue(self.is_free(self.at(10)))

    def test_deleted_in_odoo(self):
        """B2, B7: deleting the meeting in Odoo's calendar cancels the booking, which stays on record."""
        booking = self.book(self.at(10))
        booking.event_id.with_user(self.host).unlink()
        self.assertEqual((booking.state, booking.changed_by), ("cancelled", "host"))
        self.assertTrue(self.operations.search([("key", "=", f"booking:{booking.id}:visitor:cancelled:1")]))
        self.assertTrue(self.is_free(self.at(10)))

    def test_full_read_agrees_with_the_hooks(self):
        for hour in (8, 10, 12):
            self.event(self.at(hour))
        self.book(self.at(15))
        before = self.page._occupied(self.host, naive(self.at(0)), naive(self.at(23)))[self.host.id]
        self.connection._refresh_busy()
        after = self.page._occupied(self.host, naive(self.at(0)), naive(self.at(23)))[self.host.id]
        self.assertEqual(before, after)
        self.assertEqual((len(after.busy), len(after.bookings)), (3, 1), "the booking blocks by its own row")

    def test_disconnected_is_unreadable(self):
        """B3: a host whose calendar isn't connected, or can't be read, is not counted as free."""
        readable = self.env["scheduling.connection"]._readable_users
        self.assertEqual(readable(self.host), self.host)
        self.connection.calendar_ids.state = "lost"
        self.assertFalse(readable(self.host))
        self.connection.calendar_ids.state = "active"
        self.connection.use_pages = False
        self.assertFalse(readable(self.host))
