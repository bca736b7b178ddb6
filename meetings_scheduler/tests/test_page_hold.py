"""The time a visitor has chosen is kept while they fill in the form."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import PublicError, SlotTaken
from .public_case import PublicCase
from .test_page_types import TeamCase

ANN, BOB = "a" * 64, "b" * 64


@tagged("post_install", "-at_install")
class TestHold(TeamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page.hold_minutes = 10
        cls.holds = cls.env["scheduling.hold"]

    def hold(self, holder, start, page=None, sender=None):
        return (page or self.page)._hold(holder, sender or holder, start, 30)

    def expire(self, hold):
        hold.expires_at = fields.Datetime.now() - timedelta(seconds=1)

    def starts(self, holder=None, page=None):
        return {slot.start for slot in (page or self.page)._free_slots(self.at(8), self.at(20), 30, holder=holder)}

    def test_kept_for_one_visitor(self):
        """P3: a held time is nobody else's, on the page and when it is sent; who holds it sees and books it."""
        self.hold(ANN, self.at(10))
        self.assertNotIn(self.at(10), self.starts())
        self.assertNotIn(self.at(10), self.starts(BOB))
        self.assertIn(self.at(10), self.starts(ANN))
        with self.assertRaises(SlotTaken) as refused:
            self.book(self.at(10), holder=BOB)
        self.assertEqual(len(refused.exception.alternatives), 3)
        with self.assertRaises(SlotTaken):
            self.hold(BOB, self.at(10))
        self.assertEqual(self.book(self.at(10), holder=ANN).state, "confirmed")
        self.assertFalse(self.holds.search([]), "the booking has taken its place")

    def test_postgresql_decides(self):
        """P3, P1: a hold falls under the constraint of the bookings, whatever was read before."""
        self.hold(ANN, self.at(10))
        self.patch(type(self.page), "_require_free", lambda page, *args, **kwargs: page._check_slot(self.at(15), 30))
        with mute_logger("odoo.sql_db"), self.assertRaises(SlotTaken):
            self.book(self.at(10))
        self.assertFalse(self.page.booking_ids)

    def test_expired(self):
        """Fault 36: an expired hold frees the time for everybody at once; who held it books if it is still free."""
        self.expire(self.hold(ANN, self.at(10)))
        self.expire(self.hold(BOB, self.at(12)))
        self.assertLessEqual({self.at(10), self.at(12)}, self.starts())
        self.assertEqual(self.book(self.at(10)).state, "confirmed", "somebody else was faster")
        with self.assertRaises(SlotTaken):
            self.book(self.at(10), holder=ANN)
        self.assertEqual(self.book(self.at(12), holder=BOB).state, "confirmed")
        self.expire(self.hold(ANN, self.at(14)))
        self.assertTrue(self.hold(BOB, self.at(14)))

    def test_one_time_each_and_never_prolonged(self):
        """P3: another time chosen frees the one before; asking again for the same one doesn't prolong it."""
        first = self.hold(ANN, self.at(10))
        until = first.expires_at = first.expires_at - timedelta(minutes=3)
        self.assertEqual(self.hold(ANN, self.at(10)).expires_at, until)
        self.hold(ANN, self.at(11))
        self.assertIn(self.at(10), self.starts())
        self.book(self.at(12))
        with self.assertRaises(SlotTaken):
            self.hold(ANN, self.at(12))
        self.assertNotIn(self.at(11), self.starts(), "refused the new time, they still hold the old one")

    def test_nobody_blocks_a_calendar(self):
        """Three times of one sender, ten of one page: a fourth and an eleventh are not held, and can be booked."""
        for number in range(3):
            self.hold(f"{number:064}", self.at(8 + number), sender="s")
        with self.assertRaises(PublicError) as refused:
            self.hold(ANN, self.at(12), sender="s")
        self.assertEqual(refused.exception.status, 429)
        self.hold("0" * 64, self.at(13), sender="s")  # one they have may be exchanged
        for number in range(3, 10):
            self.hold(f"{number:064}", self.at(0, 4 + number), sender=f"s{number}")
        with self.assertRaises(PublicError):
            self.hold(ANN, self.at(12), sender="t")
        self.assertEqual(self.book(self.at(12)).state, "confirmed")
        self.expire(self.holds.search([]))
        self.assertTrue(self.hold(ANN, self.at(14), sender="s"))
        self.holds.search([]).expires_at = fields.Datetime.now() - timedelta(hours=2)
        self.holds._gc_expired()
        self.assertFalse(self.holds.search([]))

    def test_off_and_offline(self):
        """A page that keeps no times, or promises none, holds nothing."""
        self.page.hold_minutes = 0
        for change in (lambda: None, self.connection.action_disconnect):
            change()
            with self.assertRaises(PublicError) as refused:
                self.hold(ANN, self.at(10))
            self.assertEqual(refused.exception.code, "not_held")
            self.page.hold_minutes = 10

    def test_several_hosts_and_seats(self):
        """A held round robin time takes one host; a held seat of a group one seat; a collective one everybody."""
        page = self.team_page("round_robin", hold_minutes=10)
        for number in range(3):
            self.hold(f"{number:064}", self.at(10), page, sender=f"s{number}")
        self.assertNotIn(self.at(10), self.starts(page=page))
        booking = self.book(self.at(10), page, holder="1".zfill(64))
        self.assertEqual(booking.state, "confirmed")
        together = self.team_page("collective", hold_minutes=10)
        self.hold(ANN, self.at(12), together)
        self.assertNotIn(self.at(12), self.starts())
        group = self.page.copy({"page_type": "group", "seats": 2, "hold_minutes": 10})
        self.hold(ANN, self.at(15), group)
        self.assertIn(self.at(15), self.starts(page=group))
        self.hold(BOB, self.at(15), group)
        self.assertNotIn(self.at(15), self.starts(page=group))
        self.assertIn(self.at(15), self.starts(ANN, page=group))

    def test_moving_obeys_and_the_owner_reads_why(self):
        """B8, P3: nobody moves onto a held time; the owner reads that a visitor is filling in the form."""
        booking = self.book(self.at(9))
        self.hold(ANN, self.at(10))
        with self.assertRaises(SlotTaken):
            self.page._reschedule(booking, self.at(10), 30, "", "visitor")
        times = self.page.with_user(self.host).explain(self.at(10).date().isoformat())["times"]
        start = self.at(10).astimezone(ZoneInfo("Europe/Rome")).isoformat()
        (reason,) = next(time["reasons"] for time in times if time["start"] == start)
        self.assertEqual((reason["code"], reason["tab"], reason["field"]), ("hold", "form", "hold_minutes"))
        self.assertEqual(reason["text"], "A visitor is filling in the form")


@tagged("post_install", "-at_install")
class TestHoldRoutes(PublicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page.hold_minutes = 10
        cls.page.hours_ids = [
            Command.clear(),
            *(Command.create({"day": str(day), "hour_from": 9, "hour_to": 17}) for day in range(7)),
        ]

    def ask(self, moment=None, **changes):
        body = {"start": (moment or self.at(10)).isoformat(), "duration": 30, **changes}
        return self.post(body, f"{self.page_api}/holds")

    def test_hold_and_book(self):
        """P3: over the API a time is held and booked with the secret that came back; without it, it is taken."""
        answer = self.ask()
        self.assertEqual(answer.status_code, 201, answer.text)
        token = answer.json()["hold"]
        held = self.env["scheduling.hold"].search([])
        self.assertNotIn(token, (held.holder, held.sender))
        self.assert_refused(self.ask(), 409, "Someone just took this time", "start")
        self.assert_refused(self.post(self.form()), 409, "Someone just took this time", "start")
        day = self.at(10).date().isoformat()
        slots = f"{self.page_api}/slots?from={day}&to={day}&tz=UTC"
        start = self.at(10).isoformat()
        self.assertNotIn(start, [slot["start"] for slot in self.url_open(slots).json()["slots"]])
        self.assertIn(start, [slot["start"] for slot in self.url_open(f"{slots}&hold={token}").json()["slots"]])
        self.assertEqual(self.post(self.form(hold=token)).status_code, 201)

    def test_bad_input(self):
        """Bad input: what can't be a hold, a time or a page is refused at its field, and nothing is held."""
        for changes, field, words in (
            ({"hold": "short"}, "hold", "22 to 128"),
            ({"hold": ["a" * 32]}, "hold", "22 to 128"),
            ({"hold": "a" * 200}, "hold", "22 to 128"),
            ({"start": "soon"}, "start", ""),
            ({"duration": 7}, "duration", ""),
        ):
            with self.subTest(changes=changes):
                self.assert_refused(self.ask(**changes), 400, words, field)
        self.assert_refused(self.post(self.form(hold="x y")), 400, "22 to 128", "hold")
        self.assert_refused(self.ask(self.at(10, 400)), 409, "too far ahead", "start")
        self.assertEqual(self.post({}, f"{self.page_api}-none/holds").status_code, 404)
        self.assertFalse(self.env["scheduling.hold"].search([]))
        self.page.hold_minutes = 0
        self.assert_refused(self.ask(), 409, "keeps no times", None)

    def test_rate(self):
        """Holds of one sender are counted by the hour like bookings."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.rate_limit", "2")
        token = "h" * 32
        answers = [self.ask(self.at(9 + number), hold=token) for number in range(3)]
        self.assertEqual([answer.status_code for answer in answers], [201, 201, 429])
        self.assertTrue(answers[2].headers["Retry-After"])

    def test_without_script(self):
        """P3: without JavaScript choosing a time is a POST that keeps it; looking keeps nothing."""
        day = self.at(10).date().isoformat()
        shown = self.url_open(f"/meetings/{self.slug}?day={day}&tz=UTC")
        self.assertIn(f'action="/meetings/{self.slug}/hold"', shown.text)
        self.url_open(f"/meetings/{self.slug}?start={self.at(10).isoformat()}&tz=UTC")
        self.assertFalse(self.env["scheduling.hold"].search([]))
        form = {"start": self.at(10).strftime("%Y-%m-%dT%H:%M:%SZ"), "duration": 30, "timezone": "UTC"}
        for _sent in range(2):  # a reload sends it once more
            kept = self.url_open(f"/meetings/{self.slug}/hold", data={**form, "hold": "k" * 32})
            self.assertEqual(kept.status_code, 200)
            self.assertIn("This time is kept for you until", kept.text)
            self.assertIn(f'name="hold" value="{"k" * 32}"', kept.text)
        self.assertEqual(len(self.env["scheduling.hold"].search([])), 1)
        taken = self.url_open(f"/meetings/{self.slug}/hold", data={**form, "hold": "m" * 32})
        self.assertEqual(taken.status_code, 409)
        self.assertIn("Someone just took this time", taken.text)
        self.page.hold_minutes = 0
        again = self.url_open(
            f"/meetings/{self.slug}/hold", data={**form, "start": form["start"].replace("10:", "12:")}
        )
        self.assertEqual(again.status_code, 200, "nothing is kept, the form is there all the same")
        self.assertNotIn("is kept for you", again.text)
