"""What the pages for browsers share: rendering with a status, errors as pages, forms as the API's mapping."""

from odoo.http import abort, request

from .common import PRIVATE_HEADERS, form_expired, utm_of_visit


def render(template, values, status=200, private=False):
    """:param private: the page shows a person's data or a token: kept out of caches, referrers and search engines"""
    response = request.render(template, values)
    response.status_code = status
    if status != 200 or private:
        response.headers.update(PRIVATE_HEADERS if private else {"Cache-Control": "no-store"})
    return response


def error_page(error, private=False):
    """:return: the error as a page of the website, with its status"""
    if {".", ".."} & set(request.httprequest.path.split("/")):  # the website's layout refuses to link to itself then
        headers = [("Content-Type", "text/plain; charset=utf-8")]
        return request.make_response(error.message, headers, status=error.status)
    response = render("meetings_scheduler.message_page", {"message": error.message}, error.status, private)
    if "retry_after" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    return response


def refuse_to_store(response):
    """Ends the request with ``response`` and rolls back: Odoo commits whatever a controller returns."""
    response.flatten()
    abort(response)


def full_form():
    """:return: the posted form, shaped like the JSON body: answers in a mapping, several ticks as a list"""
    posted = request.httprequest.form
    form = posted.to_dict()
    form["answers"] = {}
    for key in posted:
        if key.startswith("answer_"):
            values = posted.getlist(key)
            form["answers"][key.removeprefix("answer_")] = values if len(values) > 1 else values[0]
    form["utm"] = utm_of_visit()
    return form


def check_csrf(form):
    """Only where a session gives rights could a forged form use them; visitors have none, and may have no cookies.

    :raises PublicError: signed in, and the form doesn't come from this session
    """
    if request.session.uid and not request.validate_csrf(form.get("csrf_token")):
        raise form_expired(request.env)
