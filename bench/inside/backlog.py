"""What ./dev bench backlog does inside of Odoo: a day without the provider in virtual time, then the outbox is drained.

Virtual time: `fields.Datetime.now` of this process goes ahead, the stand-in answers 503 to everything.
"""

from datetime import datetime, timedelta, timezone
from random import Random
from time import perf_counter

from odoo import fields
from odoo.fields import Command

from bench.inside.host import Host

HOURS = 24
ROUND = timedelta(minutes=5)
PATIENCE = 3600  # seconds


class Clock:
    """Virtual time, as far as Odoo's models ask for it."""

    def __init__(self):
        self.ahead = timedelta()
        fields.Datetime.now = lambda: datetime.now().replace(microsecond=0) + self.ahead


def backlog(env, operations, google):
    """Meetings are made and changed, hour by hour, while the provider is down; then it is back.

    :param operations: how many writes wait in the end, two for each meeting
    :param google: address of the stand-in
    :return: dict of counts and seconds, and ``wrong``: list of what differs in the end
    """
    host = Host("backlog", google)
    clock = Clock()
    host.prepare(env)
    host.poll(env)
    google = host.google
    google.control("fault", method="*", action="status", status=503, times=0)
    guests = env["res.partner"].create(
        [{"name": f"Guest {number}", "email": f"guest{number}@doe.example"} for number in range(50)]
    )
    env.cr.commit()
    before = len(google.control("state")["calls"])
    random = Random(1)
    hourly = operations // 2 // HOURS
    refused = 0
    for hour in range(HOURS):
        meetings = make(env, host.user(env), guests, hourly, random)
        for meeting in meetings:
            meeting.name = f"{meeting.name}, changed"
        env.cr.commit()
        for _round in range(int(timedelta(hours=1) / ROUND)):
            clock.ahead += ROUND
            host.work(env)
            host.poll(env)
        refused += not ask(env, host, hour)
        env.invalidate_all()
    outbox = env["scheduling.operation"]
    mine = [("kind", "=", "write_meeting")]
    waiting = outbox.search_count([*mine, ("state", "in", ("pending", "running"))])
    failed = outbox.search_count([("state", "=", "failed")])
    probes = len(google.control("state")["calls"]) - before

    google.control("clear_faults")
    began = perf_counter()
    while outbox.search_count([("state", "in", ("pending", "running"))]) and perf_counter() - began < PATIENCE:
        clock.ahead += ROUND
        host.poll(env)
        host.work(env)
        env.invalidate_all()
    seconds = perf_counter() - began
    return {
        "waiting": waiting,
        "failed": failed,
        "probes": probes,
        "refused": refused,
        "seconds": seconds,
        "wrong": compare(env, host),
    }


def make(env, user, guests, count, random):
    start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=2)
    return (
        env["calendar.event"]
        .with_user(user)
        .create(
            [
                {
                    "name": f"Meeting {random.randrange(10**9)}",
                    "start": start + timedelta(minutes=30 * number),
                    "stop": start + timedelta(minutes=30 * number + 30),
                    "partner_ids": [Command.set([user.partner_id.id, random.choice(guests.ids)])],
                }
                for number in range(count)
            ]
        )
    )


def ask(env, host, hour):
    """A visitor, meanwhile: their wish is kept, and nothing is promised. :return: whether it is so"""
    start = fields.Datetime.now().replace(minute=0, second=0, tzinfo=timezone.utc) + timedelta(days=20)
    booking = host.book(env, start, hour)
    env.cr.commit()
    return booking.state == "requested"


def compare(env, host):
    """:return: list of what differs between the meetings and the events"""
    meetings = env["calendar.event"].search([("user_id", "=", host.user(env).id)])
    here = sorted(meetings.mapped(lambda meeting: (meeting.name, meeting.start.isoformat())))
    there = sorted((event["summary"], utc(event["start"]["dateTime"])) for event in host.events())
    wrong = [f"{len(here)} meetings, {len(there)} events"] if len(here) != len(there) else []
    differing = sorted(set(here) ^ set(there))
    if differing:
        wrong.append(f"{len(differing)} differ, such as {differing[:2]}")
    invited = [mail["event_id"] for mail in host.google.control("state")["mails"] if mail["kind"] == "invitation"]
    if len(invited) != len(set(invited)):
        wrong.append("somebody was invited twice")
    return wrong


def utc(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc).replace(tzinfo=None).isoformat()
