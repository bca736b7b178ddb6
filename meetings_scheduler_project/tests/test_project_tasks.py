"""Project tasks and to-dos in the connected calendar, by what the stand-in for Google shows."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.meetings_scheduler.models.scheduling_page_slots import naive
from odoo.addons.meetings_scheduler.tests.task_case import TaskCase

TITLE = "Draw the plan – New roof"
ROME = ZoneInfo("Europe/Rome")


@tagged("post_install", "-at_install")
class TestProjectTasks(TaskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.group_ids += cls.env.ref("project.group_project_user")
        cls.project = cls.env["project.project"].create({"name": "New roof"})

    def deadline(self, days, hour=18):
        return naive(datetime.combine(self.day(days), time(hour), ROME))

    def project_task(self, days=3, **values):
        return self.env["project.task"].create(
            {
                "name": "Draw the plan",
                "project_id": self.project.id,
                "user_ids": [Command.set(self.host.ids)],
                "date_deadline": self.deadline(days),
                **values,
            }
        )

    def test_tasks_and_todos_appear(self):
        """M26: assigned tasks and to-dos with a deadline are shown on its day, beside activities; others aren't."""
        self.project_task()
        self.started()
        self.assertEqual(self.shown(), {TITLE: str(self.day(3))})
        self.assertIn("model=project.task", self.entry(TITLE)["description"].replace("&amp;", "&"))
        self.env["project.task"].with_user(self.host).create(
            {"name": "Buy milk", "date_deadline": self.deadline(1), "user_ids": [Command.set(self.host.ids)]}
        )
        self.project_task(name="No date", date_deadline=False)
        self.project_task(name="Somebody else's", user_ids=[Command.clear()])
        self.project_task(name="Template", is_template=True)
        self.activity()
        self.work()
        self.assertEqual(sorted(self.shown()), ["Buy milk", "Call – Brandon's quote", TITLE])
        self.google_connection._mirror_soon()
        before = self.writes()
        self.work()
        self.assertEqual(self.writes(), before, "a full round finds the same")

    def test_changes_follow(self):
        """M26: deadline, name, done, cancelled, archived, deleted: the calendar follows each."""
        self.started()
        task = self.project_task()
        self.work()
        task.write({"name": "Build", "date_deadline": self.deadline(5)})
        self.work()
        self.assertEqual(self.shown(), {"Build – New roof": str(self.day(5))})
        task.state = "1_done"
        self.run_outbox()
        self.assertEqual(list(self.shown()), ["✓ Build – New roof"])
        task.state = "01_in_progress"
        self.run_outbox()
        self.assertEqual(list(self.shown()), ["Build – New roof"])
        task.state = "1_canceled"
        self.run_outbox()
        self.assertEqual(self.shown(), {})
        task.state = "01_in_progress"
        self.run_outbox()
        self.assertEqual(list(self.shown()), ["Build – New roof"])
        task.active = False
        self.run_outbox()
        self.assertEqual(self.shown(), {})
        task.active = True
        self.run_outbox()
        task.unlink()
        self.run_outbox()
        self.assertEqual(self.shown(), {})

    def test_move_keeps_the_time_of_the_deadline(self):
        """M26: dragged to another day, the deadline is on that day at the time it had, by the user's clock."""
        self.started()
        task = self.project_task()
        self.work()
        self.poll()
        self.move(150, TITLE)  # to the other side of a change of clocks, whenever this runs
        self.poll()
        self.work()
        self.assertEqual(task.date_deadline, self.deadline(150))
        self.assertEqual(self.shown(), {TITLE: str(self.day(150))})

    def test_day_is_the_users(self):
        """M26: late in the evening in Rome the deadline is still that day, whatever UTC says."""
        self.started()
        self.project_task(date_deadline=self.deadline(3, hour=0) + timedelta(minutes=30))
        self.work()
        self.assertEqual(self.shown(), {TITLE: str(self.day(3))})

    def test_move_without_the_right(self):
        """M26: a task of a project that the user may only read goes back to its day."""
        self.host.group_ids -= self.env.ref("project.group_project_user")
        self.started()
        task = self.project_task()
        self.work()
        self.poll()
        self.move(6, TITLE)
        self.poll()
        self.work()
        self.assertEqual(task.date_deadline, self.deadline(3))
        self.assertEqual(self.shown(), {TITLE: str(self.day(3))})

    def test_several_assignees(self):
        """M26: each assignee sees the task in their own calendar; one who moves it moves it for all."""
        other = new_test_user(self.env, "anna.tasks", "base.group_user", email="anna@bianchi.example")
        other.group_ids += self.seat + self.env.ref("meetings_scheduler.group_personal_email")
        self.started()
        theirs = self.connect(other, email="anna@bianchi.example")
        self.save(theirs, use_tasks=True)
        self.work()
        task = self.project_task(user_ids=[Command.set((self.host + other).ids)])
        self.work()
        self.poll()
        self.move(6, TITLE)
        self.poll()
        self.work()
        (event,) = self.events(theirs._task_calendar().remote_id)
        self.assertEqual((event["summary"], event["start"]["date"]), (TITLE, str(self.day(6))))
        task.user_ids = other
        self.work()
        self.assertEqual(self.shown(), {})
        self.assertEqual(len(self.events(theirs._task_calendar().remote_id)), 1)

    def test_deleted_with_its_project(self):
        """M26: what goes with its project is gone from the calendar at the latest after the nightly round."""
        self.started()
        task = self.project_task()
        self.work()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM project_task WHERE id = %s", [task.id])
        self.env.invalidate_all()
        self.night()
        self.assertEqual(self.shown(), {})

    def test_project_renamed(self):
        """M26: a project that has another name by now is shown with that name by the next morning."""
        self.started()
        self.project_task()
        self.work()
        self.project.name = "Old roof"
        self.night()
        self.assertEqual(list(self.shown()), ["Draw the plan – Old roof"])
