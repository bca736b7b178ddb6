"""Two workers carry out the outbox of one account at the same moment."""

import threading

from odoo.tests import tagged
from odoo.tools import mute_logger

from .race_case import LOGIN, RaceCase


@tagged("post_install", "-at_install")
class TestOutboxRace(RaceCase):
    def ask(self, *lanes):
        """:return: ids of one operation for each name of a lane"""
        with self.transaction() as env:
            connection = self.add_account(env, LOGIN)
            return (
                env["scheduling.operation"]
                .create(
                    [
                        {"key": f"{LOGIN}:{number}", "lane": f"{LOGIN}:{lane}", "kind": "write_event"}
                        | {"connection_id": connection.id}
                        for number, lane in enumerate(lanes)
                    ]
                )
                .ids
            )

    def hold(self, env, free):
        """Another worker has its hands on every operation but the free ones, and hasn't committed."""
        env.cr.execute("SELECT id FROM scheduling_operation WHERE id <> ALL(%s) FOR UPDATE", [free])

    def claim(self, env):
        env.cr.execute("SET lock_timeout = '2s'")
        return env["scheduling.operation"]._claim().ids

    def test_the_second_worker_does_not_wait(self):
        """Fault 29, P19: what one worker is about to take the other leaves alone, and goes on with the next lane."""
        _taken, _behind, other = self.ask("a", "a", "b")
        with self.transaction() as first, self.transaction() as second:
            self.hold(first, free=[_behind, other])
            self.assertEqual(self.claim(second), [other], "the lane of the first keeps its order")
            self.assertEqual(self.claim(second), [])

    @mute_logger("odoo.sql_db")
    def test_each_operation_is_taken_once(self):
        """Fault 29, P5: two workers at full speed: every operation is taken by one of them, none twice."""
        ids = self.ask(*range(30))
        taken, start = [], threading.Barrier(2)

        def work():
            start.wait()
            with self.transaction() as env:
                while found := self.claim(env):
                    taken.extend(found)

        with self.transaction() as others:
            self.hold(others, free=ids)
            workers = [threading.Thread(target=work) for _number in range(2)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(60)
        self.assertEqual(sorted(taken), ids)
