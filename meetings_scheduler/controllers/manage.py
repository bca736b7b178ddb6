"""Pages behind the links in the mails. GET shows, POST acts: mail scanners open links, they don't send forms."""

from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..exceptions import PublicError, SlotTaken
from ..form_times import parse_instant, parse_zone
from ..formatting import clock, long_date, zone_name
from .common import (
    MAX_FORM,
    PRIVATE_HEADERS,
    check_can_change,
    check_not_cancelled,
    find_token,
    parse_reason,
    reschedule,
    too_late_message,
)
from .html import check_csrf, error_page, full_form, refuse_to_store, render
from .picker import Picker, instant
from .read_limit import check_read_limit
from .words import headline

STEPS = ("move", "cancel", "accept", "decline")


def manage_route(path, methods, **routing):
    return http.route(
        f"/meetings/manage/<token>{path}",
        type="http",
        auth="public",
        website=True,
        multilang=True,
        methods=methods,
        csrf=False,
        max_content_length=MAX_FORM,
        sitemap=False,
        **routing,
    )


class ManagePages(http.Controller):
    @manage_route("", ["GET"], readonly=True)
    def show(self, token, **_params):
        try:
            check_read_limit()
            found = find_token(token)
            args = request.httprequest.args
            moves = args.get("step") == "move" and found.booking_id.state != "suggested"
            if moves:
                check_can_change(found)
        except PublicError as error:
            return error_page(error, private=True)
        if not moves:
            return meeting_page(found, token)
        try:
            found.booking_id.page_id._check_can_move(found.booking_id, found.role)
        except PublicError as error:  # no times are shown where none of them could be had
            return meeting_page(found, token, error)
        return _move_page(found, token, args)

    @manage_route("/invite.ics", ["GET"], readonly=True)
    def invite(self, token, **_params):
        try:
            found = find_token(token)
            _check_booked(found.booking_id)
        except PublicError as error:
            return error_page(error, private=True)
        return request.make_response(
            found.booking_id._ics(),
            headers={
                **PRIVATE_HEADERS,
                "Content-Type": "text/calendar; charset=utf-8",
                "Content-Disposition": 'attachment; filename="meeting.ics"',
            },
        )

    @manage_route("/reschedule", ["POST"])
    def reschedule(self, token, **_params):
        return act(token, "moved", _reschedule)

    @manage_route("/cancel", ["POST"])
    def cancel(self, token, **_params):
        return act(token, "cancelled", lambda found, form: found.booking_id._cancel(parse_reason(form), found.role))

    @manage_route("/accept", ["POST"])
    def accept(self, token, **_params):
        return act(token, "accepted", lambda found, form: as_host(found)._accept())

    @manage_route("/decline", ["POST"])
    def decline(self, token, **_params):
        return act(token, "declined", lambda found, form: as_host(found)._decline(parse_reason(form)))


def act(token, done, action, taken=None):
    """Does ``action``, then leads to the meeting: reloading that page repeats nothing.

    :param action: called with the token's record and the form
    :param taken: what answers a :class:`SlotTaken`, called with the record, the token, the form and the error; None
        for the choice of another time to move to
    """
    found = None
    try:
        found = find_token(token)
        form = full_form()
        check_csrf(form)
        check_can_change(found)
        action(found, form)
    except SlotTaken as error:
        return refuse_to_store((taken or _move_again)(found, token, form, error))
    except PublicError as error:
        return refuse_to_store(error_page(error, private=True) if not found else meeting_page(found, token, error))
    except UserError as error:
        refusal = PublicError(409, "refused", str(error))
        return refuse_to_store(meeting_page(found, token, refusal))
    response = request.redirect(f"/meetings/manage/{token}?done={done}")
    response.headers.update(PRIVATE_HEADERS)
    return response


def _move_again(found, token, form, error):
    args = {"step": "move", "tz": form.get("timezone"), "duration": form.get("duration")}
    return _move_page(found, token, args, error)


def _reschedule(found, form):
    booking = found.booking_id
    zone = parse_zone(form.get("timezone")) or booking.timezone
    reschedule(found, booking.page_id._public_info(), form, zone, parse_reason(form))


def _check_booked(booking):
    """:raises PublicError: 410 or 409; a calendar entry would say of a cancelled or requested meeting that it is on"""
    check_not_cancelled(booking)
    if booking.state != "confirmed":
        raise PublicError(409, "requested", request.env._("This meeting isn't confirmed yet."))


def as_host(found):
    """:raises PublicError: 404; to a visitor there is no such thing as accepting"""
    if found.role != "host":
        raise PublicError(404, "invalid_token", request.env._("This link is no longer valid; request a new one."))
    return found.booking_id


def _move_page(found, token, args, error=None):
    booking = found.booking_id
    page = booking.page_id
    info = page._public_info()
    args = {key: value for key, value in args.items() if value}
    # An error is drawn at the address the form was sent to.
    picker = Picker(page, info, args, f"/meetings/manage/{token}" if error else "", booking)
    values = picker.values()
    start = _chosen_start(picker, args)
    facts = _facts(booking, picker.zone)
    values.update(
        token=token,
        booking_facts=facts,
        start=start,
        start_label=start and picker.moment(start),
        back_url=picker.times_url(start),
        error=error,
        alternatives=picker.alternatives(error.alternatives) if error else [],
        config={**picker.config(values), "mode": "move", "token": token, "now": facts["start"]},
    )
    status = error.status if error else 400 if picker.refused else 200
    return render("meetings_scheduler.move_page", values, status, private=True)


def _chosen_start(picker, args):
    try:
        return parse_instant(request.env, args.get("start"), picker.zone, "start") if args.get("start") else None
    except PublicError as error:
        picker.notices.append(error.message)
        return None


def meeting_page(found, token, error=None):
    booking = found.booking_id
    args = request.httprequest.args
    facts = _facts(booking, parse_zone(args.get("tz")) or reader_zone(found))
    over = booking.state in ("cancelled", "declined")
    heading, lead = headline(request.env, facts, found.role, args.get("done"))
    values = {
        "facts": facts,
        "heading": heading,
        "lead": lead,
        "too_late": too_late_message(request.env, facts),
        "token": token,
        "role": found.role,
        "done": args.get("done"),
        "step": args.get("step") if args.get("step") in STEPS else None,
        "suggestions": _suggestions(booking, facts["timezone"], error),
        "wanted": args.get("start"),
        "in_backend": found.role == "host" and request.env.user._is_internal(),
        "can_change": not over and (found.role == "host" or facts["can_change"]),
        "calendar_links": booking._calendar_links() if booking.state == "confirmed" else {},
        "error": error,
    }
    news = args.get("done") in ("cancelled", "declined", "refused")
    status = error.status if error else 410 if over and not news else 200
    return render("meetings_scheduler.meeting_page", values, status, private=True)


def reader_zone(found):
    """:return: the zone of who holds the link: the visitor's of that day, or the host's own"""
    booking = found.booking_id
    return booking.user_id.tz or booking.page_id.timezone if found.role == "host" else booking.timezone


def _suggestions(booking, zone, error):
    """:return: the suggested times that are still to come, in words, and whether they are free"""
    # Who lost a race looks at a snapshot from before it.
    free = error.alternatives if isinstance(error, SlotTaken) else booking._free_suggestions()
    starts = {slot.start for slot in free}
    tz = ZoneInfo(zone)
    return [
        {
            "start": instant(slot.start),
            "day_words": long_date(slot.start.astimezone(tz), request.env.lang),
            "time_words": clock(slot.start.astimezone(tz), request.env.lang),
            "free": slot.start in starts,
        }
        for slot in (booking._coming_suggestions() if booking.state == "suggested" else ())
    ]


def _facts(booking, zone):
    """:return: the booking's `_public_info` with its time in words"""
    env = request.env
    facts = booking._public_info(zone)
    start, end = (
        datetime.fromisoformat(facts[edge]).astimezone(ZoneInfo(facts["timezone"])) for edge in ("start", "end")
    )
    return {
        **facts,
        "day_words": long_date(start, env.lang),
        "time_words": f"{clock(start, env.lang)} – {clock(end, env.lang)}",
        "zone_words": zone_name(facts["timezone"]),
    }
