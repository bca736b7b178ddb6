"""The hand on the switch, for tests and for `./dev run`: JSON over POST /control/VERB and GET /control/state."""

from datetime import timedelta

from . import events, oauth
from .world import Grant


def reset(world, given):
    world.reset()


def account(world, given):
    """{email, name, zone}"""
    made = world.add_account(given["email"], given.get("name", ""), given.get("zone", "UTC"))
    return {"email": made.email, "subject": made.subject}


def client(world, given):
    """{id, secret, redirect_uris}: once one is registered, others are refused."""
    world.clients[given["id"]] = {"secret": given["secret"], "redirect_uris": given.get("redirect_uris", [])}


def grant(world, given):
    """{email, scopes, client_id}: tokens without the consent page."""
    made = Grant(given["email"].lower(), tuple(given["scopes"]), given.get("client_id", ""))
    answer = oauth.issue(world, made)
    answer["refresh_token"] = f"1//control-{len(world.refresh_tokens)}"
    world.refresh_tokens[answer["refresh_token"]] = (made, None)
    return answer


def revoke(world, given):
    """{email}: as the person does it in the Google account."""
    for grant_, _ in (*world.access_tokens.values(), *world.refresh_tokens.values()):
        if grant_.email == given["email"].lower():
            grant_.revoked = True


def expire_access(world, given):
    """{email}: access tokens end, refresh tokens stay."""
    for access, (grant_, _) in list(world.access_tokens.items()):
        if grant_.email == given["email"].lower():
            world.access_tokens[access] = (grant_, world.now() - timedelta(seconds=1))


def calendar(world, given):
    """{owner, summary, zone}"""
    return {"id": world.add_calendar(given["owner"], given["summary"], given.get("zone", "UTC")).id}


def delete_calendar(world, given):
    """{calendar}"""
    del world.calendars[given["calendar"]]


def share(world, given):
    """{calendar, email, role}: role "" takes it back."""
    world.share(given["calendar"], given["email"], given["role"])


def event(world, given):
    """{calendar, body}: as the calendar's owner would make it, no mail."""
    place = world.calendars[given["calendar"]]
    return events.create(world, place, given.get("email", place.primary_of or place.id), given["body"])


def events_(world, given):
    """{calendar, bodies}: many at once."""
    place = world.calendars[given["calendar"]]
    return [events.create(world, place, place.primary_of or place.id, body)["id"] for body in given["bodies"]]


def change(world, given):
    """{calendar, id, body}: as the owner would change it."""
    place = world.calendars[given["calendar"]]
    return events.change(world, place, events._find(place, given["id"]), given["body"])


def remove(world, given):
    """{calendar, id}"""
    place = world.calendars[given["calendar"]]
    events.remove(world, place, events._find(place, given["id"]))


def fault(world, given):
    """See faults.py."""
    world.faults.append(dict(given))


def clear_faults(world, given):
    world.faults.clear()


def forget_sync_tokens(world, given):
    """{calendar} or {}"""
    world.forget_sync_tokens(given.get("calendar"))


def clock(world, given):
    """{seconds}: the stand-in's clock goes ahead by so much."""
    world.offset += timedelta(seconds=given["seconds"])


def settings(world, given):
    """{page_size, access_lifetime, consent_lifetime, unticked, rotate_refresh_tokens, push_enabled, smtp}"""
    for name, value in given.items():
        if name == "unticked":
            value = set(value)
        if name == "smtp":
            value = tuple(value) if value else None
        if name not in SETTINGS:
            raise KeyError(name)
        setattr(world, name, value)


SETTINGS = (
    "page_size",
    "access_lifetime",
    "consent_lifetime",
    "unticked",
    "rotate_refresh_tokens",
    "push_enabled",
    "smtp",
)


def state(world, given):
    """Everything a test counts. Times of `now` as the stand-in sees them."""
    return {
        "now": world.now().isoformat(),
        "accounts": list(world.accounts),
        "calendars": {
            one.id: {"summary": one.summary, "roles": one.roles, "events": list(one.events.values())}
            for one in world.calendars.values()
        },
        "writes": world.writes,
        "mails": [
            {"kind": one.kind, "to": one.to, "summary": one.summary, "event_id": one.event_id} for one in world.mails
        ],
        "channels": [
            {name: channel[name] for name in ("id", "address", "calendar", "email")}
            for channel in world.channels.values()
        ],
        "pushes": world.pushes,
        "calls": world.calls,
        "counts": dict(world.counts),
        "violations": world.violations,
        "faults": world.faults,
    }


VERBS = {
    verb.__name__.strip("_"): verb
    for verb in (
        reset,
        account,
        client,
        grant,
        revoke,
        expire_access,
        calendar,
        delete_calendar,
        share,
        event,
        events_,
        change,
        remove,
        fault,
        clear_faults,
        forget_sync_tokens,
        clock,
        settings,
        state,
    )
}
