"""The "Google" calendar as a person sees it: a list by days, forms to make, move, edit, delete, and to share."""

import html
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

from . import events, listing
from .errors import ApiError
from .recurrence import instant, stamp

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#202124}
fieldset{border:1px solid #dadce0;border-radius:8px;margin:.7rem 0}label{display:block;margin:.3rem 0}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem;border-bottom:1px solid #dadce0}
button{background:#1a73e8;color:#fff;border:0;border-radius:4px;padding:.4rem .8rem}nav a{margin-right:1rem}
.declined,.cancelled{text-decoration:line-through}small{color:#5f6368}"""
ROLES = ("", "freeBusyReader", "reader", "writer", "owner")


def frame(title, content):
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>{content}</body></html>"
    ).encode()


def handle(world, command, path, query, body):
    form = {
        name: values[0]
        for name, values in (parse_qs(body.decode(), keep_blank_values=True) if command == "POST" else query).items()
    }
    if command == "POST" and path in ACTIONS:
        try:
            ACTIONS[path](world, form)
        except (ApiError, ValueError, KeyError) as error:
            return 400, HTML, frame("Not possible", f"<h1>Not possible</h1><p>{html.escape(str(error))}</p>")
        back = {name: form[name] for name in ("account", "calendar", "week") if name in form}
        return 303, {"Location": f"/?{urlencode(back)}"}, b""
    if command == "GET" and path == "/":
        return 200, HTML, frame("Calendar (stand-in)", _week(world, form))
    return 404, HTML, frame("Not found", "<h1>Not found</h1>")


HTML = {"Content-Type": "text/html; charset=UTF-8"}


def _week(world, form):
    account = form.get("account") or next(iter(world.accounts), "")
    if account not in world.accounts:
        return "<h1>Calendar</h1><p>There is no account yet.</p>"
    mine = [one for one in world.calendars.values() if one.role(account)]
    calendar = world.calendars.get(form.get("calendar", ""))
    if calendar not in mine:
        calendar = world.calendars[account]
    zone = ZoneInfo(calendar.zone)
    today = world.now().astimezone(zone).date()
    monday = (
        datetime.fromisoformat(form["week"]).date() if form.get("week") else today - timedelta(days=today.weekday())
    )
    start = datetime.combine(monday, datetime.min.time(), zone)
    found = sorted(
        (one for one in listing.expanded(calendar, start, start + timedelta(days=7)) if one["status"] != "cancelled"),
        key=lambda one: instant(one["start"], calendar.zone),
    )
    place = {"account": account, "calendar": calendar.id}

    def link(text, **changed):
        query = urlencode({**place, "week": monday.isoformat(), **changed})
        return f'<a href="/?{html.escape(query)}">{html.escape(text)}</a>'

    rows = "".join(_row(one, calendar, zone, _hidden(place, monday)) for one in found)
    return f"""<h1>Calendar <small>(stand-in for Google)</small></h1>
<nav aria-label="Accounts">{"".join(link(email, account=email, calendar=email) for email in world.accounts)}</nav>
<nav aria-label="Calendars">{"".join(link(one.summary, calendar=one.id) for one in mine)}</nav>
<h2>{html.escape(calendar.summary)}, week of {monday:%d %B %Y}</h2>
<p>{link("Week before", week=str(monday - timedelta(days=7)))}
{link("Week after", week=str(monday + timedelta(days=7)))}
<small>Times in {calendar.zone}</small></p>
<table><thead><tr><th>When</th><th>What</th><th>Who</th><th></th></tr></thead><tbody>{rows}</tbody></table>
{_event_form("/ui/create", "New event", "Create", _hidden(place, monday), {})}
<form method="post" action="/ui/calendar"><fieldset><legend>New calendar</legend>{_hidden(place, monday)}
<label>Name <input name="summary" required></label><button>Create calendar</button></fieldset></form>
{_sharing(calendar, _hidden(place, monday))}"""


def _row(event, calendar, zone, hidden):
    edit = _event_form("/ui/change", "Edit", "Save", hidden, _values(event, zone))
    identity = f'<input type="hidden" name="id" value="{event["id"]}">'
    guests = "<br>".join(
        f"{html.escape(guest['email'])} <small>{guest['responseStatus']}</small>"
        for guest in event.get("attendees", ())
    )
    answer = ""
    if any(guest["email"] == calendar.id for guest in event.get("attendees", ())):
        answer = f"""<form method="post" action="/ui/answer">{hidden}{identity}
<button name="answer" value="accepted">Yes</button> <button name="answer" value="declined">No</button></form>"""
    meet = f'<br><a href="{html.escape(event["hangoutLink"])}">Meet</a>' if event.get("hangoutLink") else ""
    return f"""<tr data-event="{event["id"]}"><td>{_when(event, zone)}</td>
<td>{html.escape(event.get("summary", "(no title)"))}{meet}</td><td>{guests}{answer}</td>
<td><details><summary>Edit</summary>{edit}</details>
<form method="post" action="/ui/delete">{hidden}{identity}<button>Delete</button></form></td></tr>"""


def _when(event, zone):
    if "date" in event["start"]:
        return f"{event['start']['date']} (all day)"
    start, end = (instant(event[edge], "UTC").astimezone(zone) for edge in ("start", "end"))
    return f"{start:%a %d %b, %H:%M}–{end:%H:%M}"


def _values(event, zone):
    start, end = (instant(event[edge], "UTC").astimezone(zone) for edge in ("start", "end"))
    return {
        "id": event["id"],
        "summary": event.get("summary", ""),
        "start": start.strftime("%Y-%m-%dT%H:%M"),
        "end": end.strftime("%Y-%m-%dT%H:%M"),
        "guests": ", ".join(guest["email"] for guest in event.get("attendees", ())),
        "rule": "",
    }


def _event_form(action, legend, button, hidden, values):
    def field(label, name, kind="text", required=""):
        value = html.escape(values.get(name, ""))
        return f'<label>{label} <input name="{name}" type="{kind}" value="{value}" {required}></label>'

    rule = "" if values else field("Repeats (RRULE)", "rule")
    identity = f'<input type="hidden" name="id" value="{values["id"]}">' if values else ""
    return f"""<form method="post" action="{action}"><fieldset><legend>{legend}</legend>{hidden}{identity}
{field("Title", "summary")}{field("Start", "start", "datetime-local", "required")}
{field("End", "end", "datetime-local", "required")}{field("Guests", "guests")}{rule}
<label><input type="checkbox" name="free" value="1"> Show me as free</label>
<button>{button}</button></fieldset></form>"""


def _sharing(calendar, hidden):
    people = "".join(f"<li>{html.escape(email)}: {role}</li>" for email, role in calendar.roles.items())
    options = "".join(f'<option value="{role}">{role or "no access"}</option>' for role in ROLES)
    return f"""<form method="post" action="/ui/share"><fieldset><legend>Share this calendar</legend>
<ul>{people}</ul>{hidden}
<label>With <input name="email" type="email" required></label>
<label>Access <select name="role">{options}</select></label>
<button>Share</button></fieldset></form>"""


def _hidden(place, monday):
    values = {**place, "week": monday.isoformat()}
    return "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in values.items()
    )


def _body(calendar, form):
    zone = ZoneInfo(calendar.zone)
    body = {"summary": form.get("summary", "")}
    for edge in ("start", "end"):
        moment = datetime.fromisoformat(form[edge]).replace(tzinfo=zone)
        body[edge] = {"dateTime": stamp(moment.astimezone(timezone.utc)), "timeZone": calendar.zone, "date": None}
    body["attendees"] = [{"email": email.strip()} for email in form.get("guests", "").split(",") if email.strip()]
    body["transparency"] = "transparent" if form.get("free") else None
    return body


def _without_nulls(body):
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in body.items()
        if value is not None
    }


def _create(world, form):
    calendar = world.calendar(form["calendar"], form["account"], "writer")
    body = _without_nulls(_body(calendar, form))
    if form.get("rule"):
        body["recurrence"] = [form["rule"] if form["rule"].startswith("RRULE:") else f"RRULE:{form['rule']}"]
    made = events.create(world, calendar, form["account"], body)
    events.told(world, calendar, made, (), {"sendUpdates": "all"}, "invitation")


def _change(world, form):
    calendar = world.calendar(form["calendar"], form["account"], "writer")
    current = events._find(calendar, form["id"])
    body = _body(calendar, form)
    known = {guest["email"]: guest for guest in current.get("attendees", ())}
    body["attendees"] = [known.get(guest["email"].lower(), guest) for guest in body["attendees"]]
    before = list(known.values())
    body["sequence"] = current["sequence"] + 1
    made = events.change(world, calendar, current, body)
    events.told(world, calendar, made, before, {"sendUpdates": "all"}, "update")


def _delete(world, form):
    calendar = world.calendar(form["calendar"], form["account"], "writer")
    event = events._find(calendar, form["id"])
    events.remove(world, calendar, event)
    events.told(world, calendar, event, event.get("attendees", ()), {"sendUpdates": "all"}, "cancellation")


def _answer(world, form):
    calendar = world.calendar(form["calendar"], form["account"], "writer")
    event = events._find(calendar, form["id"])
    guests = [
        {**guest, "responseStatus": form["answer"]} if guest["email"] == calendar.id else guest
        for guest in event.get("attendees", ())
    ]
    events.change(world, calendar, event, {"attendees": guests})


def _share(world, form):
    world.calendar(form["calendar"], form["account"], "owner")
    world.share(form["calendar"], form["email"], form["role"])


def _new_calendar(world, form):
    world.add_calendar(form["account"], form["summary"], world.accounts[form["account"]].zone)


ACTIONS = {
    "/ui/create": _create,
    "/ui/change": _change,
    "/ui/delete": _delete,
    "/ui/answer": _answer,
    "/ui/share": _share,
    "/ui/calendar": _new_calendar,
}
