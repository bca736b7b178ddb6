"""A host with a paid seat, whose tasks are shown in the stand-in for Google."""

from datetime import timedelta

from .google_case import ADDRESS
from .sync_case import SyncCase

CALL = "Call – Brandon's quote"


class TaskCase(SyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seat = cls.env.ref("meetings_scheduler.group_seat")
        cls.host.group_ids += cls.seat + cls.env.ref("sales_team.group_sale_salesman")
        cls.lead = cls.env["crm.lead"].create({"name": "Brandon's quote", "user_id": cls.host.id})

    def save(self, connection=None, **chosen):
        """As the screen saves what was chosen about tasks."""
        connection = connection or self.google_connection
        settings = self.env["scheduling.settings"].with_user(connection.user_id)
        return settings.save({"tasks": {str(connection.id): chosen}})

    def started(self, **values):
        """:return: the task calendar, made and filled"""
        if not self.env["scheduling.connection"]._of_user(self.host).filtered(lambda one: one.provider == "google"):
            self.connected()
        self.save(use_tasks=True, **values)
        self.work()
        return self.google_connection._task_calendar()

    def mirrored(self, **values):
        """:return: an activity whose entry both sides know, with what was chosen about tasks"""
        self.started(**values)
        activity = self.activity()
        self.work()
        self.poll()
        return activity

    def info(self):
        """:return: what the screen says of tasks in the host's only account"""
        self.env.invalidate_all()
        (connection,) = self.env["scheduling.settings"].with_user(self.host).get_data()["connections"]
        return connection["tasks"]

    def night(self):
        """The nightly round, and what the outbox makes of it."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("meetings_scheduler.ir_cron_tasks").method_direct_trigger()
        self.work()

    def activity(self, summary="Call", days=3, user=None, record=None, **values):
        record = self.lead if record is None else record
        return record.activity_schedule(
            "mail.mail_activity_data_todo",
            self.day(days),
            summary=summary,
            user_id=(user or self.host).id,
            **values,
        )

    def day(self, days):
        return self.today + timedelta(days=days)

    # ------------------------------------------------------------ Google's side

    def task_calendars(self, account=ADDRESS):
        """:return: ids of the calendars there that are the account's and not its main one"""
        calendars = self.state()["calendars"]
        return [key for key, one in calendars.items() if key != account and one["roles"].get(account) == "owner"]

    def shown(self, account=ADDRESS):
        """:return: {title: first day or moment} in the task calendar there"""
        (calendar,) = self.task_calendars(account)
        return {
            event["summary"]: event["start"].get("date") or event["start"]["dateTime"]
            for event in self.events(calendar)
        }

    def entry(self, title=CALL):
        (calendar,) = self.task_calendars()
        return next(event for event in self.events(calendar) if event["summary"] == title)

    def move(self, days, title=CALL):
        """Laura drags the entry to another day."""
        (calendar,) = self.task_calendars()
        body = {"start": {"date": str(self.day(days))}, "end": {"date": str(self.day(days + 1))}}
        self.google.control("change", calendar=calendar, id=self.entry(title)["id"], body=body)

    def delete(self, title=CALL):
        (calendar,) = self.task_calendars()
        self.google.control("remove", calendar=calendar, id=self.entry(title)["id"])

    def writes(self):
        return self.state()["writes"]
