"""Another time instead of the one that was asked for: the host chooses up to three, the visitor takes one of them."""

from datetime import datetime

from odoo import http
from odoo.http import request

from ..exceptions import PublicError
from ..form_fields import check_text
from ..form_times import parse_instant
from ..models.scheduling_booking_suggest import MOST_TIMES
from ..models.scheduling_page_slots import aware
from .common import check_can_change, find_token, parse_reason, utc_now
from .html import error_page, render
from .manage import act, as_host, manage_route, meeting_page, reader_zone
from .picker import Picker, instant
from .read_limit import check_read_limit

NOTE_LENGTH = 300


class SuggestPages(http.Controller):
    @manage_route("/suggest", ["GET"], readonly=True)
    def suggest_form(self, token, **_params):
        try:
            check_read_limit()
            found = find_token(token)
            check_can_change(found)
            as_host(found)
            if found.booking_id.state != "requested":
                return meeting_page(found, token)
        except PublicError as error:
            return error_page(error, private=True)
        return _suggest_page(found, token, request.httprequest.args)

    @manage_route("/suggest", ["POST"])
    def suggest(self, token, **_params):
        return act(token, "suggested", _suggest, _suggest_page)

    @manage_route("/choose", ["POST"])
    def choose(self, token, **_params):
        return act(token, "chosen", _choose, lambda found, token, form, error: meeting_page(found, token, error))

    @manage_route("/refuse", ["POST"])
    def refuse(self, token, **_params):
        return act(token, "refused", lambda found, form: _as_visitor(found)._refuse_suggestions(parse_reason(form)))


def _suggest(found, form):
    note = check_text(request.env, form.get("note"), "note", request.env._("note"), NOTE_LENGTH, multiline=True)
    as_host(found)._suggest(_instants(form.get("picks")), note)


def _choose(found, form):
    start = parse_instant(request.env, form.get("start"), found.booking_id.timezone, "start")
    _as_visitor(found)._choose(start)


def _as_visitor(found):
    """:raises PublicError: 404; who suggested the times doesn't choose among them"""
    if found.role != "visitor":
        raise PublicError(404, "invalid_token", request.env._("This link is no longer valid; request a new one."))
    return found.booking_id


def _instants(text):
    """:param text: times as :meth:`SuggestPicker.url` writes them, with commas between
    :return: aware UTC, sorted
    :raises PublicError: 400, one of them isn't a time
    """
    return sorted({parse_instant(request.env, part, "UTC", "start") for part in (text or "").split(",") if part})


class SuggestPicker(Picker):
    """The month and the times for a host who looks for other ones; what is chosen so far stands in the address."""

    def __init__(self, page, info, args, base, booking, found):
        self.found = found
        info = {**info, "durations": [booking.duration], "default_duration": booking.duration}
        super().__init__(page, info, args, base, booking)

    def _own_zone(self):
        return reader_zone(self.found)

    def _choose_month(self):
        self.picks = self._chosen_so_far()
        self.args = {**self.args, "picks": ",".join(map(instant, self.picks))}
        if not self.args.get("day") and not self.args.get("month"):
            # Who was asked for a time looks around it first, and goes on where they chose last.
            asked = max(aware(self.booking.start), utc_now())
            last = self._last_pick()
            slot = None if last else self._next_free(asked)
            if last or slot:
                self.args["day"] = self.local(last or slot.start).date().isoformat()
        return super()._choose_month()

    def _last_pick(self):
        return next((pick for pick in self.picks if instant(pick) == self.args.get("start")), None)

    def _chosen_so_far(self):
        """:return: the chosen times that are free, aware UTC, sorted"""
        try:
            wanted = _instants(",".join(filter(None, (self.args.get("picks"), self.args.get("start")))))
        except PublicError as error:
            self._refuse(error.message)
            return []
        free = [
            start for start in wanted[: MOST_TIMES + 1] if self.page._check_slot(start, self.duration, self.booking).ok
        ]
        if len(free) < len(wanted[: MOST_TIMES + 1]):
            self.notices.append(self.env._("A time you chose isn't free any more."))
        return free[:MOST_TIMES]

    def _load(self):
        known = {aware(self.booking.start), *self.picks}
        return [slot for slot in super()._load() if slot.start not in known]

    @property
    def _kept(self):
        return {**super()._kept, "picks": self.args["picks"]}

    def choices(self):
        """:return: the chosen times in words, each with the address of this page without it"""
        return [
            {
                "label": self.moment(pick),
                "remove_url": self.url(
                    picks=",".join(instant(other) for other in self.picks if other != pick),
                    day=self.local(pick).date().isoformat(),
                ),
            }
            for pick in self.picks
        ]


def _suggest_page(found, token, args, error=None):
    booking = found.booking_id
    page = booking.page_id
    args = {key: args[key] for key in ("picks", "start", "day", "month", "tz", "view") if args.get(key)}
    picker = SuggestPicker(page, page._public_info(), args, f"/meetings/manage/{token}/suggest", booking, found)
    values = picker.values()
    asked = datetime.fromisoformat(booking._public_info(picker.zone)["start"])
    values.update(
        token=token,
        asked_label=picker.moment(asked),
        visitor=booking.first_name,
        choices=picker.choices(),
        is_full=len(picker.picks) == MOST_TIMES,
        note=args.get("note", ""),
        error=error,
    )
    status = error.status if error else 400 if picker.refused else 200
    return render("meetings_scheduler.suggest_page", values, status, private=True)
