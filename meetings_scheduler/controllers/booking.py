"""The booking page for browsers: each step is an address of its own, so that it also works without JavaScript."""

from odoo import http
from odoo.http import request

from ..exceptions import PublicError, SlotTaken
from ..form_times import parse_instant
from ..formatting import zone_name
from .common import (
    HONEYPOT,
    MAX_FORM,
    book,
    check_form_token,
    find_page,
    form_token,
    hold,
    is_trap,
    new_idempotency_key,
    page_not_found,
    utm_of_visit,
)
from .html import check_csrf, error_page, full_form, refuse_to_store, render
from .picker import Picker
from .read_limit import check_read_limit


def form_route(path, **routing):
    """Takes a form of the booking page; whether it may be forged is :func:`check_csrf`'s business."""
    return http.route(
        f"/meetings/<slug>{path}",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        csrf=False,
        max_content_length=MAX_FORM,
        sitemap=False,
        **routing,
    )


class BookingPages(http.Controller):
    @http.route(
        "/meetings/<slug>", type="http", auth="public", website=True, methods=["GET"], sitemap=False, readonly=True
    )
    def page(self, slug, **_params):
        try:
            check_read_limit()
            page = find_page(slug)
        except PublicError as error:
            return _unavailable(error)
        if page.lang and page.lang != request.lang.code and page.lang in request.env["res.lang"]._get_frontend():
            return _in_language(page.lang)
        info = page._public_info()
        picker = Picker(page, info, request.httprequest.args, "")
        if request.httprequest.args.get("start"):
            return _form_page(picker, {"start": request.httprequest.args["start"]})
        values = picker.values()
        return render(
            "meetings_scheduler.booking_page",
            {
                **values,
                "config": {**picker.config(values), "utm": utm_of_visit()},
                "main_object": page.website_id or request.website,
            },
            status=400 if picker.refused else 200,
            private=_has_key(page),
        )

    @http.route(
        "/meetings/<path:rest>", type="http", auth="public", website=True, methods=["GET"], sitemap=False, readonly=True
    )
    def elsewhere(self, rest, **_params):
        """Whatever else is asked for below /meetings gets the same answer as an unknown page."""
        return _unavailable(page_not_found(request.env))

    @http.route(
        "/meetings/<slug>/photo", type="http", auth="public", methods=["GET"], readonly=True, save_session=False
    )
    def photo(self, slug, **_params):
        try:
            page = find_page(slug)
        except PublicError:
            raise request.not_found() from None
        stream = request.env["ir.binary"]._get_image_stream_from(page.user_id.sudo(), "avatar_256")
        stream.public = True
        return stream.get_response(max_age=3600)

    @form_route("/hold")
    def hold(self, slug, **_params):
        """Keeps the chosen time and shows the form; a time that can't be kept can be booked all the same."""
        try:
            page = find_page(slug)
        except PublicError as error:
            return error_page(error, private=True)
        form = full_form()
        picker = _form_picker(page, form, slug)
        try:
            check_csrf(form)
            hold(page, picker.info, form)
        except SlotTaken as error:
            return refuse_to_store(_form_page(picker, form, error))
        except PublicError:
            return _form_page(picker, form)  # which says by itself what is wrong with the time
        return _form_page(picker, form)

    @form_route("/book", captcha="meetings_scheduler_book")
    def book(self, slug, **_params):
        try:
            page = find_page(slug)
        except PublicError as error:
            return error_page(error, private=True)  # not rerouted: the form has been read from the wire already
        form = full_form()
        if is_trap(form):
            return render("meetings_scheduler.received_page", {})
        picker = _form_picker(page, form, slug)
        try:
            check_csrf(form)
            check_form_token(form.get("form_token"))
            booking = book(page, picker.info, form)
        except PublicError as error:
            return refuse_to_store(_form_page(picker, form, error))
        return request.redirect(f"/meetings/manage/{booking._mint_token('visitor')}?done=booked")


def _in_language(lang):
    """:return: redirect to the same page in the language its owner wants it in"""
    here = request.httprequest
    path = request.env["ir.http"]._url_lang(here.path, lang)
    query = here.query_string.decode("latin-1")
    return request.redirect(f"{path}?{query}" if query else path, code=302)


def _unavailable(error):
    """One page for whatever isn't there; drawn for an address of our own, as the layout trips over ``..``."""
    request.reroute("/meetings/unavailable")
    return error_page(error, private=True)


def _has_key(page):
    """:return: whether the address holds the key of a private link, which is as good as a token"""
    return bool(page._link())


def _form_picker(page, form, slug):
    args = {"tz": form.get("timezone"), "duration": form.get("duration"), "hold": form.get("hold")}
    return Picker(page, page._public_info(), args, f"/meetings/{slug}")


def _form_page(picker, form, error=None):
    """:param form: what was typed so far; shown again as it was"""
    env = request.env
    try:
        start = parse_instant(env, form.get("start"), picker.zone, "start")
    except PublicError as wrong_start:
        error, start = error or wrong_start, None
    errors = {item["field"]: item["message"] for item in error.extra.get("fields", ())} if error else {}
    if error and not errors and error.field:
        errors[error.field] = error.message
    errors.pop("start", None)  # no field of the form: the message on top says it
    values = {
        "picker": picker,
        "info": picker.info,
        "form": form,
        "errors": errors,
        "error": error,
        "start": start,
        "kept_until": picker.kept_until(start),
        "seats": picker.seats_note(start),
        "start_label": start and picker.moment(start),
        "back_url": picker.times_url(start),
        "alternatives": picker.alternatives(error.alternatives) if isinstance(error, SlotTaken) else [],
        "form_token": _running_token(form, error) or form_token(),
        "idempotency_key": form.get("idempotency_key") if not isinstance(error, SlotTaken) else None,
        "honeypot": HONEYPOT,
        "zone_label": zone_name(picker.zone),
        "durations": [],
    }
    values["idempotency_key"] = values["idempotency_key"] or new_idempotency_key()
    status = error.status if error else 200
    return render("meetings_scheduler.form_page", values, status, private=_has_key(picker.page))


def _running_token(form, error):
    """:return: the token of a form that comes back with a mistake: the clock that tells people from scripts runs on"""
    return form.get("form_token") if error and error.code != "form_expired" else None
