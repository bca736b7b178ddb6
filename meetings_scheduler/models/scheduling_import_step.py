"""One step of an import of past meetings: a month of the calendar is read, and counted or imported.

Every step is an operation of the outbox with a transaction of its own. Repeated, it finds nothing to do: the planner
knows what is here already. The calendar is asked for each month by itself, so that the token of calendar sync, which
belongs to another question, is left alone.
"""

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_date

from ..providers.base import Period
from ..sync import planner
from ..sync.preview import additions, starting_in, tally
from .scheduling_import import AT_WORK
from .scheduling_page_slots import aware

STEP = relativedelta(months=1)
# So many meetings are made in one transaction; the rest of the month is read once more.
MOST_AT_ONCE = 500


class SchedulingImport(models.Model):
    _inherit = "scheduling.import"

    def _enqueue_step(self):
        self.env["scheduling.operation"]._enqueue(
            "import_meetings",
            f"{self._lane()}:{self.run}:{self.cursor.isoformat()}:{self.made}",
            self._lane(),
            connection=self.connection_id,
            import_id=self.id,
            run=self.run,
        )

    def _lane(self):
        return f"import:{self.id}"

    def _step_operation(self):
        """:return: the operation of the step that is due (sudo), or an empty recordset"""
        return self.env["scheduling.operation"].sudo().search([("lane", "=", self._lane())], order="id desc", limit=1)

    def _step(self):
        """Reads the next month.

        :raises ProviderError: nothing was changed
        """
        self.ensure_one()
        calendar = self.connection_id.main_calendar_id
        if not calendar.sync_token:
            calendar._take_over_links()
        until = min(self.cursor + STEP, self.stop)
        window = Period(aware(self.cursor), aware(until))
        with self.connection_id._adapter() as adapter:
            pages = starting_in(adapter.changes(calendar.remote_id, None, window), window)
            plan = planner.plan(
                calendar._planner_links(pages, named_only=True), pages, calendar._planner_settings(pages, window)
            )
            if self.state == "reading":
                found, is_partial = tally(plan), False
                total = found.plus(self.counts or {}, self.people or {})
                values = {"counts": total.counts, "people": total.people}
            else:
                part, is_partial = additions(plan, MOST_AT_ONCE)
                calendar._carry_out(part, adapter, tells_contacts=False)
                total = tally(part).plus({}, self.people or {})
                values = {"made": self.made + len(part.actions), "people": total.people}
        self.write({**values, "cursor": self.cursor if is_partial else until})
        if self.cursor >= self.stop:
            self._finish()
        else:
            self._enqueue_step()
        self._tell_screen()

    def _finish(self):
        if self.state == "reading":
            self.write({"state": "ready", "counts": self.counts or {"read": 0}})
            return
        self._note_on_contacts()
        self.write({"state": "done", "people": False})

    def _note_on_contacts(self):
        """Each contact's record says once where its past meetings come from, instead of once for each of them."""
        people = self.people or {}
        contacts, _colleagues = self.connection_id.main_calendar_id._known_addresses(people)
        since = format_date(self.env, self.start, lang_code=self.user_id.lang)
        for address, partner in contacts.items():
            text = self.env._(
                "Past meetings came in from the calendar of %(account)s: %(count)s since %(date)s.",
                account=self.connection_id.account,
                count=people[address],
                date=since,
            )
            partner._message_log(body=Markup("<p>%s</p>") % text)


class SchedulingOperation(models.Model):
    _inherit = "scheduling.operation"

    kind = fields.Selection(
        selection_add=[("import_meetings", "Import past meetings")], ondelete={"import_meetings": "cascade"}
    )

    def _do_import_meetings(self, import_id, run):
        """The next step; nothing, if the import was stopped or started anew meanwhile."""
        record = self.env["scheduling.import"].browse(import_id).exists()
        if not record or record.run != run or record.state not in AT_WORK:
            return
        if self.env["scheduling.import"]._obstacle(record.connection_id):
            record._halt()  # calendar sync was unticked
            record._tell_screen()
            return
        record._step()
