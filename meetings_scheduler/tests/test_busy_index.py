import json
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.meetings_scheduler.models.scheduling_page_slots import naive

from .common import SchedulingCase

HOSTS = 100
BUSY = 1_000_000
BOOKINGS = 50_000


@tagged("post_install", "-at_install")
class TestBusyIndex(SchedulingCase):
    """The question for busy time on full tables, asked of copies that have the real ones' columns and indexes.

    Copies in the connection's own temporary schema, which PostgreSQL searches first: the query that is explained is the
    product's own, letter by letter, and the tests' database is left without a million dead rows.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        # Odoo declares these indexes; what they are called in the copies is PostgreSQL's choice.
        cls.cr.execute(
            """
            CREATE TEMPORARY TABLE scheduling_busy (LIKE scheduling_busy INCLUDING INDEXES) ON COMMIT DROP;
            INSERT INTO scheduling_busy (id, calendar_id, user_id, start, stop)
            SELECT number, 1, 1 + number %% %(hosts)s, start, start + interval '30 minutes'
              FROM generate_series(1, %(busy)s) number,
                   LATERAL (SELECT %(first)s::timestamp + number / %(hosts)s * interval '1 hour' AS start) period;

            CREATE TEMPORARY TABLE scheduling_booking ON COMMIT DROP AS
            SELECT number AS id, 1 AS page_id, start, start + interval '30 minutes' AS stop,
                   0 AS buffer_before, 0 AS buffer_after
              FROM generate_series(1, %(bookings)s) number,
                   LATERAL (SELECT %(first)s::timestamp + number / %(hosts)s * interval '20 hours' AS start) period;
            ALTER TABLE scheduling_booking ADD PRIMARY KEY (id);

            CREATE TEMPORARY TABLE scheduling_booking_host (LIKE scheduling_booking_host INCLUDING INDEXES)
                ON COMMIT DROP;
            INSERT INTO scheduling_booking_host (id, booking_id, user_id, start, stop, blocks, seat_group, seat)
            SELECT id, id, 1 + id %% %(hosts)s, start, stop, true, id::text, 1 FROM scheduling_booking;

            ANALYZE scheduling_busy, scheduling_booking, scheduling_booking_host;
            """,
            {"hosts": HOSTS, "busy": BUSY, "bookings": BOOKINGS, "first": naive(cls.at(0, -30))},
        )

    def scans(self, host_count, days):
        """:return: dict of table to the plan's nodes that read it, for a question over hosts and days"""
        users = self.env["res.users"].browse(range(1, host_count + 1))
        query = self.page._occupied_query(users, naive(self.at(0)), naive(self.at(0)) + timedelta(days=days), None)
        ((plan,),) = self.env.execute_query(SQL("EXPLAIN (FORMAT JSON) %s", query))
        (root,) = json.loads(plan) if isinstance(plan, str) else plan
        found = {}

        def walk(node, table=None):
            table = node.get("Relation Name", table)  # a bitmap is made by a child, which knows its index only
            if "Scan" in node["Node Type"] and table:
                found.setdefault(table, []).append(node)
            for child in node.get("Plans", []):
                walk(child, table)

        walk(root["Plan"])
        return found

    def assert_gist(self, nodes):
        """The table is read by nothing but its GiST index, asked for both the host and the time."""
        self.cr.execute("SELECT indexname FROM pg_indexes WHERE schemaname LIKE 'pg_temp%' AND indexdef LIKE '%gist%'")
        gist = {name for (name,) in self.cr.fetchall()}
        readers = [node for node in nodes if node["Node Type"] != "Bitmap Heap Scan"]
        self.assertEqual([node["Node Type"] for node in readers if node.get("Index Name") not in gist], [])
        self.assertTrue(readers)
        for node in readers:
            self.assertIn("user_id", node["Index Cond"])
            self.assertIn("&&", node["Index Cond"])

    def test_a_million_rows_are_not_read(self):
        """B10: among 1,000,000 busy rows and 50,000 bookings, the index finds those in question, of 1 host or 20."""
        always = [(day, 0, 24) for day in "0123456"]
        nine_to_five = [(day, 9, 17) for day in "01234"]
        for hours in (always, nine_to_five):
            lines = [Command.create({"day": day, "hour_from": first, "hour_to": last}) for day, first, last in hours]
            self.page.hours_ids = [Command.clear(), *lines]
            for host_count, days in ((1, 1), (1, 365), (5, 31), (20, 31)):
                with self.subTest(hosts=host_count, days=days, hours=len(hours)):
                    scans = self.scans(host_count, days)
                    self.assert_gist(scans["scheduling_busy"])
                    self.assert_gist(scans["scheduling_booking_host"])

    def test_the_copies_are_full(self):
        """The question really meets all those rows: an hour each for every host, every hour, and the bookings."""
        users = self.env["res.users"].browse(range(1, 6))
        occupied = self.page._occupied(users, naive(self.at(0)), naive(self.at(0, 10)))
        self.assertEqual({len(host.busy) for host in occupied.values()}, {7 * 24})
        self.assertTrue(all(host.bookings for host in occupied.values()))
