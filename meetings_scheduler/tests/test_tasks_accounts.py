"""Tasks of a user who has several accounts, or one that may make no calendars: where they go on, and who is asked."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .accounts_case import SECOND, AccountsCase
from .google_case import ADDRESS
from .task_case import CALL, TaskCase

NO_CALENDARS = ("app.created",)


@tagged("post_install", "-at_install")
class TestTasksAccounts(TaskCase, AccountsCase):
    def shown_in_two(self, leave_out=(), **values):
        """:return: (main, further): accounts at Google of a user who has a task in the main one"""
        self.allow_several()
        self.connection.with_user(self.host).action_disconnect()
        self.mirrored(**values)
        return self.google_connection, self.connect(email=SECOND, leave_out=leave_out)

    def choose(self, account, earlier=None, **answer):
        """Another main account, as the screen saves it; answer: what becomes of tasks in the earlier one."""
        tasks = {"tasks": {str(earlier.id): answer}} if answer else {}
        self.settings().save({"main_id": account.id, **tasks})
        self.work()
        self.poll(account)
        self.work()

    def infos(self):
        """:return: what the screen is told, by account"""
        return {info["account"]: info for info in self.settings().get_data()["connections"]}

    def test_main_account_changes(self):
        """M26, B9: tasks are in the main account; with another main account they go on there as the user chose, and
        nothing is deleted that nobody was asked about."""
        main, further = self.shown_in_two(task_moves=False)
        self.assertEqual([bool(info["tasks"]) for info in self.infos().values()], [True, False])
        self.choose(further)
        self.assertEqual(self.shown(SECOND), self.shown())
        self.assertEqual(list(self.shown()), [CALL])
        self.assertEqual((main.use_tasks, further.use_tasks), (False, True))
        self.assertFalse(further.task_moves, "as the user chose")
        self.activity("Write")
        self.work()
        self.assertEqual((len(self.shown()), len(self.shown(SECOND))), (1, 2), "the earlier one stays as it is")

    def test_main_account_changes_and_the_calendar_goes(self):
        """M26, B9: the user, who was asked, wants it removed from the earlier account."""
        main, further = self.shown_in_two()
        self.choose(further, main, remove_tasks=True)
        self.assertEqual(self.task_calendars(), [])
        self.assertEqual(list(self.shown(SECOND)), [CALL])

    def test_there_and_back(self):
        """M26, B9: main account by turns, one calendar in each account, and each task once in it."""
        main, further = self.shown_in_two()
        for account in (further, main, further):
            self.choose(account)
        self.activity("Write")
        self.work()
        self.assertEqual(len(self.shown(SECOND)), 2)
        self.choose(main, further, remove_tasks=True)
        self.assertEqual(len(self.shown()), 2)
        self.assertEqual(self.task_calendars(SECOND), [])

    def test_unticked_and_another_main_account(self):
        """M26, B9: both in one go: no tasks anywhere, and the calendar as the user said."""
        main, further = self.shown_in_two()
        self.choose(further, main, use_tasks=False, remove_tasks=True)
        self.assertEqual((self.task_calendars(), self.task_calendars(SECOND)), ([], []))
        self.assertFalse(main.use_tasks or further.use_tasks)

    def test_ticked_and_another_main_account(self):
        """M26, B9: ticked and moved in one go: the calendar is made in the new main account only."""
        self.allow_several()
        self.connection.with_user(self.host).action_disconnect()
        main, further = self.connected(), self.connect(email=SECOND)
        self.activity()
        self.choose(further, main, use_tasks=True)
        self.assertEqual(self.task_calendars(), [])
        self.assertEqual(list(self.shown(SECOND)), [CALL])

    def test_odoo_calendar_is_the_main_one(self):
        """M26, B9: Odoo's own calendar shows activities by itself: tasks end outside, and the screen says so before."""
        main, _further = self.shown_in_two()
        self.env["scheduling.connection"]._connect_odoo(self.host)
        odoo = self.accounts().filtered(lambda account: account.provider == "odoo")
        says = [info["tasks_if_main"] for info in self.settings().get_data()["connections"] if info["id"] == odoo.id]
        self.assertIn("won't be shown outside of Odoo", says[0])
        self.choose(odoo)
        self.assertFalse(main.use_tasks or odoo.use_tasks)
        self.assertEqual(list(self.shown()), [CALL], "nobody said that it shall go")

    def test_main_account_goes(self):
        """M26, B9: the account with the tasks disconnected, they go on in the one that takes over, as was said."""
        main, further = self.shown_in_two()
        infos = self.infos()
        self.assertIn(f"shown in {SECOND}", infos[SECOND]["tasks_if_main"])
        self.assertEqual(infos[ADDRESS]["tasks"]["if_disconnected"], infos[SECOND]["tasks_if_main"])
        self.disconnect(main)
        self.work()
        self.assertEqual((main.use_tasks, further.use_tasks), (False, True))
        self.assertEqual(list(self.shown(SECOND)), [CALL])
        again = self.connect()
        self.choose(again, further, remove_tasks=True)
        self.assertEqual(list(self.shown()), [CALL], "in the calendar that was kept")
        self.assertEqual(self.task_calendars(SECOND), [])

    def test_kept_calendar_goes_with_its_account(self):
        """M26: a calendar kept in a further account can still be removed when that one is disconnected."""
        main, further = self.shown_in_two()
        self.choose(further)
        self.assertEqual(self.infos()[ADDRESS]["task_calendar"], "Odoo tasks")
        main.with_user(self.host).action_disconnect(remove_tasks=True)
        self.assertEqual(self.task_calendars(), [])
        self.assertTrue(further.use_tasks)

    def test_heir_that_may_make_no_calendars(self):
        """M10, M26: the new main account lacks that permission: the screen says so before and after, and with it tasks
        go on by themselves."""
        _main, further = self.shown_in_two(leave_out=NO_CALENDARS)
        self.assertIn("before you reconnect that account", self.infos()[SECOND]["tasks_if_main"])
        self.choose(further)
        tasks = self.infos()[SECOND]["tasks"]
        self.assertIn("Reconnect", tasks["note"])
        self.assertTrue(tasks["choices"]["use_tasks"])
        self.assertEqual(tasks["reconnect_url"], f"/meetings/connect/google?again={further.id}")
        self.assertEqual(self.task_calendars(SECOND), [])
        self.connect(again=further.id, email=SECOND)
        self.work()
        self.assertEqual(list(self.shown(SECOND)), [CALL])
        self.assertFalse(self.infos()[SECOND]["tasks"]["note"])

    def test_seat_lost_before_the_main_account_changes(self):
        """M26, B9: without a seat nothing is made in the new main account; given back, tasks are shown there only."""
        main, further = self.shown_in_two()
        self.host.group_ids -= self.seat
        self.assertIn("no paid seat", self.infos()[SECOND]["tasks_if_main"])
        self.choose(further)
        self.assertEqual(self.task_calendars(SECOND), [])
        self.assertIn("aren't shown here yet", self.infos()[SECOND]["tasks"]["note"])
        before = self.shown()
        self.activity("Write")
        self.seat.user_ids += self.host
        self.work()
        self.assertEqual(len(self.shown(SECOND)), 2)
        self.assertEqual(self.shown(), before)
        self.assertFalse(main.use_tasks)

    def test_two_purposes(self):
        """M6, M26: an administrator splits what the accounts do: tasks go with the meetings made in Odoo."""
        main, further = self.shown_in_two()
        main._split(further, main)
        self.work()
        self.assertEqual((main.use_tasks, further.use_tasks), (False, True))
        self.assertEqual(list(self.shown(SECOND)), [CALL])

    def test_permission_unticked_at_google(self):
        """M10, M26: the box for making calendars left out at Google: ours can't be ticked and says what to do, and a
        crafted request is refused in the same words."""
        self.google_connection = self.connect(leave_out=NO_CALENDARS)
        info = self.info()
        self.assertFalse(info["can_start"])
        self.assertIn("Reconnect", info["note"])
        self.assertEqual(info["reconnect_url"], f"/meetings/connect/google?again={self.google_connection.id}")
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            self.save(use_tasks=True)
        self.assertEqual(str(refusal.exception), info["note"])
        self.assertFalse(self.google_connection.use_tasks)
        self.google_connection = self.connect(again=self.google_connection.id)
        self.assertTrue(self.info()["can_start"])
        self.assertFalse(self.info()["note"] or self.info()["reconnect_url"])

    def test_not_consented_yet(self):
        """M6, M26: an account that waits for its consent is no stack trace."""
        connection = self.connected()
        connection.credential_ids.unlink()
        self.assertFalse(self.info()["can_start"])
        with self.assertRaisesRegex(UserError, "Reconnect"):
            self.save(use_tasks=True)
