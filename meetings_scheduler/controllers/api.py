"""The JSON API that the booking page itself uses; described by the OpenAPI document in `openapi.py`."""

import zoneinfo

from odoo import http
from odoo.http import request

from ..api_answers import slot_json
from ..exceptions import PublicError
from ..form_times import parse_slot_query, parse_zone, unknown_zone_message
from ..models.scheduling_page_slots import aware
from . import openapi
from .api_route import BASE, api_route, json_body
from .common import book, check_can_change, find_page, find_token, hold, is_trap, next_free, parse_reason, reschedule
from .read_limit import check_read_limit


class MeetingsApi(http.Controller):
    @api_route(f"{BASE}/openapi.json", ["GET"], readonly=True)
    def openapi(self):
        return (openapi.document(request.httprequest.host_url.rstrip("/")),)

    @api_route(f"{BASE}/pages/<slug>", ["GET"], readonly=True)
    def page(self, slug):
        check_read_limit()
        return (find_page(slug)._public_info(),)

    @api_route(f"{BASE}/pages/<slug>/slots", ["GET"], readonly=True)
    def slots(self, slug):
        check_read_limit()
        return (_slots_json(find_page(slug)),)

    @api_route(f"{BASE}/pages/<slug>/holds", ["POST"])
    def hold(self, slug):
        page = find_page(slug)
        held, token = hold(page, page._public_info(), json_body())
        moments = {"start": held.start, "end": held.stop, "expires_at": held.expires_at}
        return {"hold": token, **{name: aware(moment).isoformat() for name, moment in moments.items()}}, 201

    @api_route(f"{BASE}/pages/<slug>/bookings", ["POST"])
    def create_booking(self, slug):
        page = find_page(slug)
        raw = json_body()
        if is_trap(raw):
            return {"state": "received"}, 202
        if header := request.httprequest.headers.get("Idempotency-Key"):
            raw["idempotency_key"] = header
        booking = book(page, page._public_info(), raw)
        token = booking._mint_token("visitor")
        return _booking_json(booking, token, booking.timezone), 201

    @api_route(f"{BASE}/bookings/<token>", ["GET"], readonly=True)
    def booking(self, token):
        check_read_limit()
        found = find_token(token)
        return (_booking_json(found.booking_id, token, _zone_of_query(found.booking_id)),)

    @api_route(f"{BASE}/bookings/<token>/slots", ["GET"], readonly=True)
    def booking_slots(self, token):
        """Times the booking can be moved to: its own time doesn't stand in its way."""
        check_read_limit()
        found = find_token(token)
        booking = found.booking_id
        booking.page_id._check_can_move(booking, found.role)
        return (_slots_json(booking.page_id, booking),)

    @api_route(f"{BASE}/bookings/<token>/reschedule", ["POST"])
    def reschedule(self, token):
        found = find_token(token)
        raw = json_body()
        check_can_change(found)
        booking = found.booking_id
        info = booking.page_id._public_info()
        zone = parse_zone(raw["timezone"]) if raw.get("timezone") else booking.timezone
        if not zone:
            raise PublicError(400, "unknown_timezone", unknown_zone_message(request.env, booking.timezone), "timezone")
        reschedule(found, info, raw, zone, parse_reason(raw))
        return (_booking_json(booking, token, zone),)

    @api_route(f"{BASE}/bookings/<token>/cancel", ["POST"])
    def cancel(self, token):
        found = find_token(token)
        raw = json_body() if request.httprequest.get_data(cache=True) else {}
        check_can_change(found)
        found.booking_id._cancel(parse_reason(raw), found.role)
        return (_booking_json(found.booking_id, token, found.booking_id.timezone),)


def _slots_json(page, booking=None):
    """:return: the free times that the query string asks for"""
    query = parse_slot_query(request.env, page._time_facts(), request.httprequest.args)
    zone = zoneinfo.ZoneInfo(query.timezone)
    holder = request.env["scheduling.hold"]._holder_of(request.httprequest.args.get("hold"))
    slots = page._free_slots(query.start, query.end, query.duration_min, booking=booking, holder=holder)
    seats = page.page_type == "group"
    first = slots[0] if slots else next_free(page, query.end, query.duration_min, booking, holder)
    answer = {
        "timezone": query.timezone,
        "slots": [slot_json(slot, zone, seats) for slot in slots],
        "next_free": slot_json(first, zone, seats) if first else None,
    }
    if query.warning:
        answer["warning"] = query.warning
    return answer


def _zone_of_query(booking):
    return parse_zone(request.httprequest.args.get("tz")) or booking.timezone


def _booking_json(booking, token, zone):
    """:return: the booking as its visitor may see it, with the addresses to change it"""
    facts = booking._public_info(zone)
    manage_url = f"{booking.page_id.get_base_url()}/meetings/manage/{token}"
    return {
        **facts,
        "manage_url": manage_url,
        "ics_url": f"{manage_url}/invite.ics",
        "calendar_links": booking._calendar_links() if booking.state == "confirmed" else {},
    }
