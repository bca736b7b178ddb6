"""Whether a meeting keeps its host busy, and who may see what it is about: the same on both sides."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .google_case import ADDRESS
from .series_case import DAILY
from .sync_case import JANE, SyncCase

MARKS = ("is_busy", "is_private")


@tagged("post_install", "-at_install")
class TestSyncMarks(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()

    def marks_there(self, event_id=None):
        event = self.there(event_id)
        return event.get("transparency", "opaque"), event.get("visibility", "default")

    def marks_here(self, meeting):
        return meeting.show_as, meeting.privacy

    def written(self):
        """:return: a meeting made in Odoo that is in Google, both ways known"""
        meeting = self.meet(self.at(10))
        self.work()
        self.poll()
        return meeting

    def default_privacy(self, privacy):
        self.host.with_user(self.host).res_users_settings_id.calendar_default_privacy = privacy
        self.env.invalidate_all()

    def is_free(self, hour=10):
        return self.page._check_slot(self.at(hour), 30).ok

    def assert_at_rest(self):
        """Both sides read again, and compared at night: nothing is left to write."""
        writes = self.state()["writes"]
        self.work()
        self.google.control("forget_sync_tokens")
        self.poll()
        self.google_connection._reconcile_meetings()
        self.work()
        self.assertEqual(self.state()["writes"], writes)
        self.assertFalse(self.open_operations())

    # ------------------------------------------------------------ made in Odoo

    def test_made_with_them(self):
        """M23: a new meeting is free and private in Google as in Odoo; for internal users only is private there."""
        for hour, (show_as, privacy, there) in enumerate(
            (
                ("free", "private", ("transparent", "private")),
                ("busy", "confidential", ("opaque", "private")),
                ("busy", "public", ("opaque", "default")),
                ("busy", False, ("opaque", "default")),
            ),
            8,
        ):
            meeting = self.meet(self.at(hour), show_as=show_as, privacy=privacy)
            self.work()
            event_id = self.links.search([("event_id", "=", meeting.id)]).remote_id
            self.assertEqual(self.marks_there(event_id), there)
            self.poll()
            self.assertEqual(self.marks_here(meeting), (show_as, privacy))
        self.assert_at_rest()

    def test_made_with_the_hosts_default(self):
        """M23: who sets nothing gets their own default of Odoo, in Google too; it stays unset."""
        self.default_privacy("private")
        meeting = self.written()
        self.assertEqual((self.marks_there()[1], meeting.privacy), ("private", False))
        self.assert_at_rest()
        self.assertFalse(meeting.privacy)
        self.assertEqual(len(self.meetings()), 1)

    def test_default_is_changed(self):
        """B2: another default holds for what is in Google already from the next night on; no guest is mailed."""
        meeting = self.written()
        self.default_privacy("confidential")
        self.google_connection._reconcile_meetings()
        self.work()
        self.assertEqual((self.marks_there()[1], meeting.privacy), ("private", False))
        self.assertEqual(len(self.mails_there()), 1)
        self.assert_at_rest()

    def test_follow_out(self):
        """B2: made free, private and back in Odoo: Google follows each time, and mails nobody for it."""
        meeting = self.written()
        for values, there in (
            ({"show_as": "free"}, ("transparent", "default")),
            ({"privacy": "private"}, ("transparent", "private")),
            ({"privacy": "confidential"}, ("transparent", "private")),
            ({"show_as": "busy", "privacy": "public"}, ("opaque", "default")),
        ):
            meeting.write(values)
            self.work()
            self.assertEqual(self.marks_there(), there)
        self.poll()
        self.assertEqual(self.marks_here(meeting), ("busy", "public"))
        self.assertEqual(self.mails_there(), [("invitation", (JANE,))])
        meeting.write({"show_as": "free", "name": "Later"})
        self.work()
        self.assertEqual(self.mails_there()[1:], [("update", (JANE,))], "the title is the guests' business")
        self.assertEqual(self.there()["sequence"], 0)
        self.assert_at_rest()

    def test_follow_in(self):
        """B2: a meeting made in Odoo is made free, private and back in Google: so it is in Odoo; it isn't forgotten."""
        meeting = self.written()
        event_id = self.there()["id"]
        for body, here in (
            ({"transparency": "transparent"}, ("free", False)),
            ({"visibility": "private"}, ("free", "private")),
            ({"summary": "Secret"}, ("free", "private")),
            ({"transparency": "opaque", "visibility": "default"}, ("busy", False)),
        ):
            self.change(event_id, **body)
            self.poll()
            self.assertEqual(self.marks_here(meeting), here)
        self.assertEqual((meeting.name, meeting.active), ("Secret", True))
        self.assertEqual(self.state()["writes"], 1)
        self.assert_at_rest()

    def test_nothing_is_overwritten_that_means_the_same(self):
        """B2: what both sides have words of their own for keeps them while other things change."""
        meeting = self.meet(self.at(10), privacy="confidential")
        self.work()
        self.poll()
        event_id = self.there()["id"]
        self.change(event_id, summary="There")
        self.poll()
        self.assertEqual((meeting.name, meeting.privacy), ("There", "confidential"))
        meeting.write({"privacy": "public"})
        self.work()
        self.change(event_id, visibility="public")
        meeting.write({"name": "Here"})
        self.work()
        event = self.there()
        self.assertEqual((event["summary"], event["visibility"], meeting.privacy), ("Here", "public", "public"))

    def test_public_against_the_default(self):
        """B2: a host whose meetings are private by default shows one in Google: so it is in Odoo."""
        self.default_privacy("private")
        meeting = self.written()
        self.change(self.there()["id"], visibility="default")
        self.poll()
        self.assertEqual(meeting.privacy, "public")
        self.assert_at_rest()

    def test_both_changed(self):
        """B2: each side changed one of them: both hold. Both changed one: the later holds, and the loser reads it."""
        meeting = self.written()
        event_id = self.there()["id"]
        meeting.write({"show_as": "free"})
        self.change(event_id, visibility="private")
        self.work()
        self.assertEqual(self.marks_there(), ("transparent", "private"))
        self.assertEqual(self.marks_here(meeting), ("free", "private"))
        link = self.links.search([("event_id", "=", meeting.id)])
        meeting.write({"privacy": "public", "name": "Odoo's"})
        self.change(event_id, visibility="default", summary="Google's")
        link.changed_at = fields.Datetime.now() + timedelta(minutes=5)
        self.work()
        self.assertEqual((self.marks_there()[1], meeting.privacy), ("default", "public"))
        self.assertIn("Not kept from the calendar: title: Google's<", self.notes(meeting)[0])
        self.assert_at_rest()

    # ------------------------------------------------------------ made in Google

    def test_of_what_came_in(self):
        """B2: a meeting that came in is made free in Google, then in Odoo: each time the other side follows."""
        event_id = self.put(self.at(10))
        self.poll()
        meeting = self.meetings().with_user(self.host)
        self.change(event_id, transparency="transparent")
        self.poll()
        self.assertEqual(self.marks_here(meeting), ("free", False))
        meeting.show_as = "busy"
        self.work()
        self.assertEqual(self.marks_there(), ("opaque", "default"))
        self.assertEqual(self.mails_there(), [])
        self.assert_at_rest()

    def test_hidden_in_odoo(self):
        """M21, B2: what came in is made private in Odoo: so it is in Google; it stays and goes on to follow."""
        event_id = self.put(self.at(10))
        self.poll()
        meeting = self.meetings().with_user(self.host)
        meeting.privacy = "private"
        self.work()
        self.assertEqual(self.marks_there(), ("opaque", "private"))
        self.change(event_id, summary="Still known")
        self.poll()
        self.assertEqual((meeting.name, meeting.active, meeting.privacy), ("Still known", True, "private"))
        self.assert_at_rest()
        self.change(event_id, visibility="default")
        self.poll()
        self.assertEqual((meeting.active, meeting.privacy), (True, False))
        self.change(event_id, visibility="private")
        self.poll()
        self.assertFalse(meeting.active, "made private in Google, it is forgotten as ever")

    def test_private_in_google_before_it_was_read(self):
        """M21: made private in Google while it is changed in Odoo: the write that finds that forgets it, too."""
        event_id = self.put(self.at(10), description="Terms")
        self.poll()
        meeting = self.meetings().with_user(self.host)
        self.change(event_id, visibility="private", summary="Secret")
        meeting.name = "Changed"
        self.work()
        self.assertEqual((meeting.active, meeting.name, meeting.description), (False, "(No title)", False))
        self.assertEqual(self.there()["summary"], "Secret")
        self.poll()
        self.assertFalse(self.meetings())

    def test_the_hosts_default_is_not_googles(self):
        """B2: private by default in Odoo, what came in is so in Odoo only; nothing is written into Google."""
        self.default_privacy("private")
        event_id = self.put(self.at(10))
        self.poll()
        meeting = self.meetings()
        self.assertEqual((meeting.privacy, meeting.effective_privacy), (False, "private"))
        self.change(event_id, summary="Renamed")
        self.poll()
        self.assert_at_rest()
        self.assertEqual((self.marks_there(), self.state()["writes"]), (("opaque", "default"), 0))

    def test_of_what_others_invite_to(self):
        """B2, P14: an event of somebody else is not written; in Odoo it can be hidden all the same."""
        self.google.control("account", email="jane@doe.example")
        theirs = self.body(self.at(10), guests=(ADDRESS, "bob@ray.example"))
        self.google.control("event", calendar="jane@doe.example", body=theirs)
        self.poll()
        meeting = self.meetings().with_user(self.host)
        meeting.write({"privacy": "private", "show_as": "free"})
        self.work()
        self.assertEqual(self.marks_here(meeting), ("busy", "private"))
        self.assertIn("Only who invites can change this meeting. Not kept: shown as available", self.notes(meeting)[0])
        self.assert_at_rest()
        self.assertEqual((self.marks_here(meeting), self.state()["writes"]), (("busy", "private"), 0))

    # ------------------------------------------------------------ recurring

    def occurrences(self):
        return self.meetings().with_user(self.host)

    def told(self):
        with self.google_connection._adapter() as adapter:
            pages = list(adapter.changes(ADDRESS, None, self.calendar._sync_window()))
        found = [event for page in pages for event in page.events]
        return [(one.is_busy, one.is_private) for one in sorted(found, key=lambda one: one.start)]

    def test_of_a_series(self):
        """B1, B2: all of a series, then one occurrence, are made free and private in Odoo; nobody is mailed for it."""
        self.meet(self.at(10), show_as="free", **DAILY)
        self.work()
        self.assertEqual(self.told(), [(False, False)] * 4)
        first, second, *_rest = self.occurrences()
        first.write({"privacy": "private", "show_as": "busy", "recurrence_update": "all_events"})
        self.work()
        self.assertEqual(self.told(), [(True, True)] * 4)
        second.write({"show_as": "free", "privacy": "public", "recurrence_update": "self_only"})
        self.work()
        self.assertEqual(self.told(), [(True, True), (False, False), (True, True), (True, True)])
        self.assertEqual([kind for kind, _to in self.mails_there()], ["invitation"])
        self.poll()
        self.assertEqual(self.occurrences().mapped("show_as"), ["busy", "free", "busy", "busy"])
        self.assert_at_rest()

    def test_of_a_series_there(self):
        """B1, B2: the same in Google."""
        self.meet(self.at(10), **DAILY)
        self.work()
        self.poll()
        meetings = self.occurrences()
        (master,) = (event for event in self.events() if event.get("recurrence"))
        self.change(master["id"], visibility="private", transparency="transparent")
        self.poll()
        self.assertEqual(meetings.mapped(lambda one: self.marks_here(one)), [("free", "private")] * 4)
        self.change(self.links.search([("event_id", "=", meetings[2].id)]).remote_id, transparency="opaque")
        self.poll()
        self.assertEqual(meetings.mapped("show_as"), ["free", "free", "busy", "free"])
        self.assertEqual(self.state()["writes"], 1)
        self.assert_at_rest()

    # ------------------------------------------------------------ busy time

    def test_pages_see_it(self):
        """M2: a free meeting blocks no page, before and after Google knows it; made busy it does at once."""
        meeting = self.meet(self.at(10), show_as="free")
        self.assertTrue(self.is_free())
        self.work()
        self.google_connection._refresh_busy()
        self.assertTrue(self.is_free())
        meeting.show_as = "busy"
        self.assertFalse(self.is_free())
        self.google_connection._refresh_busy()
        self.assertFalse(self.is_free(), "what Google doesn't know yet is held")
        self.work()
        self.google_connection._refresh_busy()
        self.assertFalse(self.is_free())
        self.assertFalse(self.calendar.busy_ids.event_id, "from now on it is Google's")
        meeting.show_as = "free"
        self.work()
        self.google_connection._refresh_busy()
        self.assertTrue(self.is_free())

    # ------------------------------------------------------------ links of before

    def forget_marks(self):
        """As links were stored before they remembered them."""
        for link in self.links.search([]):
            link.agreed = {name: value for name, value in link.agreed.items() if name not in MARKS}
        for series in self.env["scheduling.series"].search([]):
            series.agreed = {name: value for name, value in series.agreed.items() if name not in MARKS}

    def apart(self):
        """:return: two meetings; the first of them, and a series, differ from Google without anybody remembering it"""
        first, second = self.written(), self.meet(self.at(12))
        self.put(self.at(14))
        self.meet(self.at(16), **DAILY)
        self.work()
        self.poll()
        self.forget_marks()
        first.with_context(scheduling_own_write=True).write({"show_as": "free", "privacy": "private"})
        self.occurrences().filtered("recurrence_id").with_context(scheduling_own_write=True).show_as = "free"
        return first, second

    def test_links_of_before(self):
        """P13: neither reading all, comparing at night nor ticking sync anew writes, mails or changes anything."""
        self.apart()
        marks = self.occurrences().mapped(lambda one: self.marks_here(one))
        before = self.state()
        self.assert_at_rest()
        self.tick(False)
        self.tick(True)
        self.assert_at_rest()
        self.assertEqual(self.occurrences().mapped(lambda one: self.marks_here(one)), marks)
        self.assertEqual((self.state()["writes"], self.state()["mails"]), (before["writes"], before["mails"]))

    def test_links_of_before_are_changed(self):
        """B2: what a person changes from then on follows, and what is private on one side is on both."""
        first, second = self.apart()
        second.write({"show_as": "free", "privacy": "private"})
        self.work()
        ids = {link.event_id: link.remote_id for link in self.links.search([])}
        self.assertEqual(self.marks_there(ids[second]), ("transparent", "private"))
        self.change(ids[first], summary="Renamed")
        self.poll()
        self.work()
        self.assertEqual(self.marks_here(first), ("busy", "private"), "Google's, but what was hidden stays so")
        self.assertEqual(self.marks_there(ids[first]), ("opaque", "private"))
        second.write({"privacy": "public"})
        self.work()
        self.assertEqual(self.marks_there(ids[second])[1], "default")
        one = self.occurrences().filtered("recurrence_id")[0]
        one.write({"name": "All", "recurrence_update": "all_events"})
        self.work()
        self.poll()
        self.assertEqual(len([event for event in self.events() if event.get("recurrence")]), 1)
        self.assert_at_rest()
