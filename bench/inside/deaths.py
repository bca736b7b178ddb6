"""What ./dev bench deaths does inside of Odoo: workers that are killed with -9 at a step.

Each run forks a worker with a database connection of its own, lets it do one thing (book, write an event, read a
calendar …) and has it kill itself at one exact place. A second worker does what the next one would do: the visitor
sends the form again, the crons go on. Then everything is counted, in Odoo and in the stand-in for Google.
"""

from contextlib import suppress
from datetime import datetime, time, timedelta, timezone
from random import Random
from uuid import uuid4

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.meetings_scheduler.providers.google import GoogleProvider
from odoo.addons.meetings_scheduler.providers.google_oauth import GoogleOAuth

from bench.inside.host import Host
from bench.inside.killed import die, dies, dies_waiting_for, worker

ROUNDS = 12


# ------------------------------------------------------------ what is done


class Run(Host):
    """One step and seed, with a host of their own."""

    def __init__(self, step, seed, google):
        super().__init__(f"{step}-{seed}", google)
        self.step, self.seed = step, seed
        self.random = Random(f"{step} {seed}")
        self.count = self.random.randrange(1, 4)
        self.nth = self.random.randrange(1, self.count + 1)
        tomorrow = datetime.now(timezone.utc).date() + timedelta(days=2)
        self.starts = [datetime.combine(tomorrow, time(8 + 2 * number), timezone.utc) for number in range(self.count)]
        self.keys = [f"{self.name}-{uuid4()}" for _start in self.starts]

    def bookings(self, env):
        return env["scheduling.booking"].search([("page_id", "=", self.page(env).id)], order="start")

    # -------------------------------------------------------- deeds

    def send(self, env):
        """Each visitor sends their form, once more if it was never answered."""
        for number, (start, key) in enumerate(zip(self.starts, self.keys, strict=True)):
            self.book(env, start, number, key)
            env.cr.commit()

    def cancel(self, env):
        for booking in self.bookings(env).filtered(lambda booking: booking.state == "confirmed"):
            booking._cancel("Can't come", by="visitor")
            env.cr.commit()

    def move(self, env):
        for booking in self.bookings(env):
            there = booking.start.replace(tzinfo=timezone.utc)
            if there in self.starts:
                self.page(env)._reschedule(booking, there + timedelta(hours=1), 30, "", "visitor")
                env.cr.commit()

    def settle(self, env):
        """The next workers: what a lease or a pause makes wait is due at once, until nothing is left."""
        for _round in range(ROUNDS):
            env.cr.execute(
                "UPDATE scheduling_operation SET lease_until = NULL, next_attempt = next_attempt - interval '1 day'"
            )
            env.cr.execute("UPDATE scheduling_connection SET paused_until = NULL")
            env.cr.commit()
            env.invalidate_all()
            self.work(env)
            self.poll(env)
            with suppress(Exception):
                env["mail.mail"].process_email_queue()
            env.cr.commit()
            waiting = env["scheduling.operation"].search_count([("state", "in", ("pending", "running"))])
            if not waiting and not env["mail.mail"].search_count([("state", "=", "outgoing")]):
                break

    def fill_calendar(self, env):
        """A calendar with more pages than one, and contacts whom its events invite."""
        self.count = 7 + self.random.randrange(8)
        self.google.control("settings", page_size=3)
        env["res.partner"].create([{"name": "Jane", "email": self.visitor(number)} for number in range(self.count)])
        base = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
        for number in range(self.count):
            begin = base + timedelta(hours=2 * number)
            body = {
                "summary": "Demo",
                "start": {"dateTime": begin.isoformat(), "timeZone": "UTC"},
                "end": {"dateTime": (begin + timedelta(minutes=30)).isoformat(), "timeZone": "UTC"},
                "attendees": [{"email": self.visitor(number)}],
            }
            self.google.control("event", calendar=self.address, body=body)

    # -------------------------------------------------------- counting

    def found(self, env):
        """What there is in the end, on both sides."""
        state = self.google.control("state")
        bookings = self.bookings(env)
        meetings = env["calendar.event"].search([("user_id", "=", self.user(env).id)])
        contacts = env["res.partner"].search_count([("email_normalized", "=like", f"visitor%-{self.name}@doe.example")])
        overlaps = """
            SELECT count(*) FROM scheduling_booking_host a JOIN scheduling_booking_host b
                ON a.user_id = b.user_id AND a.id < b.id AND a.blocks AND b.blocks
               AND a.start < b.stop AND b.start < a.stop
        """
        env.cr.execute(overlaps)
        (overlaps,) = env.cr.fetchone()
        return {
            "states": [booking.state for booking in bookings],
            "starts": [booking.start.isoformat() for booking in bookings],
            "meetings": sorted(meeting.start.isoformat() for meeting in meetings),
            "events": sorted(
                datetime.fromisoformat(one["start"]["dateTime"])
                .astimezone(timezone.utc)
                .replace(tzinfo=None)
                .isoformat()
                for one in self.events()
            ),
            "contacts": contacts,
            "overlaps": overlaps,
            "open": env["scheduling.operation"].search_count([("state", "!=", "done")]),
            "connection": self.connection(env).state,
            "invitations": sorted([mail["kind"], *mail["to"]] for mail in state["mails"]),
            "violations": state["violations"],
            "removals_held": self.connection(env).main_calendar_id.held_removals,
        }

    def forget(self, env):
        """The next run is not to wait for this one's account, which is gone with the stand-in's memory."""
        self.connection(env)._disconnect()


# ------------------------------------------------------------ the twelve steps


def step_hold(run):
    """The time is taken, nothing is committed."""
    return [], lambda env: dies(type(env["scheduling.booking"]), "_take_time", run.nth), run.send


def step_commit(run):
    """The booking is committed, the visitor has no answer."""
    return [], lambda env: dies(type(env.cr), "commit", run.nth), run.send


def step_claim(run):
    """An operation is claimed and nothing of it done."""
    nth = run.random.randrange(1, 3 * run.count + 1)
    return [run.send], lambda env: dies(type(env["scheduling.operation"]), "_claim", nth, only=bool), run.work


def step_sent(run):
    """The event's request has left, its answer is not read."""
    return [run.send], lambda env: dies_waiting_for("POST", run.nth), run.work


def step_reply(run):
    """The provider's answer is read, nothing is stored."""
    return [run.send], lambda env: dies(GoogleProvider, "put_event", run.nth), run.work


def step_store(run):
    """What was done is written, not committed."""

    def arm(env):
        operations = type(env["scheduling.operation"])
        dies(operations, "_do_write_event", run.nth)

    return [run.send], arm, run.work


def step_mail(run):
    """A mail is written, not committed; or handed over to the mail server, and that isn't noted yet."""
    nth = run.random.randrange(1, 2 * run.count + 1)

    def arm(env):
        if run.seed % 2:
            dies(type(env["scheduling.operation"]), "_do_notify", nth)
        else:
            dies(IrMail_Server, "send_email", nth)

    return [run.send], arm, run.work


def step_page(run):
    """A page of changes is read, others are to come."""
    nth = run.random.randrange(1, 3)

    def arm(env):
        dies_waiting_for("GET", 1 + nth)

    return [run.fill_calendar], arm, run.poll


def step_cursor(run):
    """Meetings and sync token are written, not committed."""

    def arm(env):
        calendars = type(env["scheduling.calendar"])
        original = calendars._sync_in

        def sync_in(calendar):
            original(calendar)
            calendar.env.flush_all()
            die()

        calendars._sync_in = sync_in

    return [run.fill_calendar], arm, run.poll


def step_refresh(run):
    """A new token has come, and isn't kept yet."""

    def end_token(env):
        run.google.control("expire_access", email=run.address)

    return [run.send, end_token], lambda env: dies(GoogleOAuth, "refresh"), run.work


def step_cancel(run):
    """The event is being deleted, the answer is not read."""

    def deed(env):
        run.cancel(env)
        run.work(env)

    return [run.send, run.work], lambda env: dies_waiting_for("DELETE", run.nth), deed


def step_swap(run):
    """The new time is taken and the old one left, nothing is committed; or the event is being moved."""

    def deed(env):
        run.move(env)
        run.work(env)

    def arm(env):
        if run.seed % 2:
            dies(type(env["scheduling.booking"]), "_take_time", run.nth)
        else:
            dies_waiting_for("PATCH", run.nth)

    return [run.send, run.work], arm, deed


STEPS = {name.removeprefix("step_"): value for name, value in list(globals().items()) if name.startswith("step_")}
# The visitor's own deeds, which the visitor does again when no answer came.
AGAIN = {"hold": Run.send, "commit": Run.send, "cancel": Run.cancel, "swap": Run.move}


def deaths(env, steps, seeds, google):
    """
    :param steps: names of :data:`STEPS`
    :param google: address of the stand-in
    :return: list of {step, seed, killed, count, wanted, found}, see :meth:`Run.found`
    """
    registry = env.registry
    env.cr.commit()
    return [one_death(registry, Run(step, seed, google)) for step in steps for seed in range(seeds)]


def one_death(registry, run):
    before, arm, deed = STEPS[run.step](run)

    def begin(env):
        run.prepare(env)
        for what in before:
            what(env)
        env.cr.commit()
        return run.count

    def doomed(env):
        arm(env)
        deed(env)

    def after(env):
        if run.step in AGAIN:
            AGAIN[run.step](run, env)
        run.settle(env)
        found = run.found(env)
        run.forget(env)
        return found

    run.count = worker(registry, begin)
    killed = worker(registry, doomed, killed=True)
    found = worker(registry, after)
    return {
        "step": run.step,
        "seed": run.seed,
        "killed": killed,
        "count": run.count,
        "starts": [start.replace(tzinfo=None).isoformat() for start in run.starts],
        "found": found,
    }
