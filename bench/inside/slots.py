"""What ./dev bench slots does inside of Odoo: makes the data, then lets both sides answer.

Both read the same `calendar.event` records of the same users, offer half-hour starts on weekdays from nine to five
(UTC), and must give the same answer. Before each answer the records' cache is emptied, as it is at the start of a
request; what Odoo keeps between requests stays.
"""

import statistics
from datetime import datetime, timedelta, timezone
from random import Random
from time import perf_counter

from odoo.fields import Command

ROUTE_HOSTS = 50


def make_users(env, name, count):
    context = {"no_reset_password": True, "tracking_disable": True}
    return (
        env["res.users"]
        .with_context(**context)
        .create(
            [
                {
                    "name": f"{name} {number}",
                    "login": f"{name}-{number}",
                    "email": f"{name}-{number}@bench.example",
                    "tz": "UTC",
                }
                for number in range(count)
            ]
        )
    )


def make_page(env, slug, users):
    """Ours: a round-robin page that the users host."""
    return env["scheduling.page"].create(
        {
            "name": slug,
            "slug": slug,
            "user_id": users[0].id,
            "page_type": "round_robin",
            "timezone": "UTC",
            "min_notice_hours": 24,
            "window_days": 120,
            "hours_ids": [Command.create({"day": str(day), "hour_from": 9, "hour_to": 17}) for day in range(5)],
            "host_ids": [Command.create({"user_id": user.id}) for user in users],
        }
    )


# ------------------------------------------------------------ the JSON route


def prepare_route(env):
    """Users with a calendar each, the first of them with a page. The busy rows are put in by SQL.

    The calendars are none that a cron would read anew: no account of theirs exists.
    """
    users = make_users(env, "route", ROUTE_HOSTS)
    env["scheduling.connection"].create(
        [
            {
                "user_id": user.id,
                "provider": "google",
                "account": user.email,
                "calendar_ids": [Command.create({"name": user.name, "remote_id": "bench", "is_main": True})],
            }
            for user in users
        ]
    )
    make_page(env, "bench-route", users[0])
    env.cr.commit()


# ------------------------------------------------------------ side by side


def race(env, cases, repeat):
    """
    :param cases: list of (hosts, events of each in the month)
    :return: for each, how many times are free, and the seconds of each side's runs
    """
    start = datetime.now(timezone.utc).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    start, end = next_month(start), next_month(next_month(start))
    return [race_case(env, hosts, events, start, end, repeat) for hosts, events in cases]


def next_month(first):
    return (first + timedelta(days=32)).replace(day=1)


def race_case(env, hosts, events, start, end, repeat):
    users = make_users(env, f"case-{hosts}-{events}", hosts)
    make_events(env, users, events, start, end)
    for user in users:
        env["scheduling.connection"]._connect_odoo(user)
    page = make_page(env, f"bench-{hosts}-{events}", users)
    booking = make_rival(env, users)
    env.cr.commit()
    sides = {
        "ours": lambda: {slot.start for slot in page._free_slots(start, end, 30)},
        "rival": lambda: {
            time.astimezone(timezone.utc)
            for times in booking._get_available_slots(start, end).values()
            for time in times
        },
    }
    seconds = {name: [] for name in sides}
    answers = {}
    for run in range(-2, repeat):
        for name in sorted(sides, reverse=bool(run % 2)):
            env.invalidate_all()
            began = perf_counter()
            answers[name] = sides[name]()
            if run >= 0:
                seconds[name].append(perf_counter() - began)
    if answers["ours"] != answers["rival"] or not answers["ours"]:
        raise AssertionError(f"the sides disagree: {sorted(answers['ours'] ^ answers['rival'])[:5]}")
    return {
        "free": len(answers["ours"]),
        **{name: statistics.median(times) for name, times in seconds.items()},
        "rival_best": min(seconds["rival"]),
        "ours_worst": max(seconds["ours"]),
    }


def make_events(env, users, count, start, end):
    """Events of half an hour or an hour, on the half hours of the month: where both sides have the same starts."""
    random = Random(1)
    half_hours = int((end - start).total_seconds()) // 1800
    naive = start.replace(tzinfo=None)
    values = []
    for user in users:
        for number in range(count):
            begins = naive + timedelta(minutes=30 * random.randrange(half_hours))
            values.append(
                {
                    "name": f"Event {number}",
                    "user_id": user.id,
                    "partner_ids": [Command.set(user.partner_id.ids)],
                    "start": begins,
                    "stop": begins + timedelta(minutes=random.choice((30, 60))),
                }
            )
    context = {"no_mail_to_attendees": True, "dont_notify": True, "tracking_disable": True, "mail_notrack": True}
    model = env["calendar.event"].with_context(**context)
    for place in range(0, len(values), 500):
        model.create(values[place : place + 500])
        env.flush_all()
        env.invalidate_all()


def make_rival(env, users):
    """Theirs: a booking whose type may take any of the users, each a combination of its own.

    :return: the record, as their portal asks it
    """
    halves = (("morning", 9, 13), ("afternoon", 13, 17))
    calendar = env["resource.calendar"].create(
        {
            "name": "Weekdays",
            "tz": "UTC",
            "attendance_ids": [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "name": period,
                            "dayofweek": str(day),
                            "day_period": period,
                            "hour_from": first,
                            "hour_to": last,
                        }
                    )
                    for day in range(5)
                    for period, first, last in halves
                ),
            ],
        }
    )
    resources = env["resource.resource"].create(
        [
            {
                "name": user.name,
                "resource_type": "user",
                "user_id": user.id,
                "calendar_id": calendar.id,
                "tz": "UTC",
            }
            for user in users
        ]
    )
    combinations = env["resource.booking.combination"].create(
        [{"resource_ids": [Command.set(resource.ids)]} for resource in resources]
    )
    kind = env["resource.booking.type"].create(
        {
            "name": users[0].name,
            "resource_calendar_id": calendar.id,
            "combination_rel_ids": [Command.create({"combination_id": each.id}) for each in combinations],
        }
    )
    visitor = env["res.partner"].create({"name": "Visitor"})
    booking = env["resource.booking"].create({"type_id": kind.id, "partner_ids": [Command.set(visitor.ids)]})
    return booking.with_context(using_portal=True, tz="UTC")
