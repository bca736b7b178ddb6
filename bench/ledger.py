"""What a storm left behind: new rows of the database and mails caught, read after the outbox has run dry."""

import email
import email.policy
import re
import time
from collections import Counter
from dataclasses import dataclass

from devtools.errors import Problem

TABLES = ("scheduling_booking", "calendar_event", "res_partner", "crm_lead")
# A killed worker's operations wait for their lease to end (2 min), then for the crons' next round.
LEASE = 130
PATIENCE = 600


@dataclass(frozen=True)
class Booking:
    reference: str
    uid: str
    email: str
    host_email: str
    event: bool
    contact: bool


@dataclass(frozen=True)
class Found:
    """`mails` counts by (UID of the invitation, recipient)."""

    bookings: list
    events: int
    contacts: int
    leads: int
    overlaps: int
    mails: Counter

    @property
    def repeated(self):
        return sum(count - 1 for count in self.mails.values())


def marks(instance):
    """The highest id of each table, to tell later what is new."""
    return {table: number(instance, f"SELECT coalesce(max(id), 0) FROM {table}") for table in TABLES}


def number(instance, query):
    return int(instance.server.sql(query, instance.database)[0][0])


def wait_for_outbox(instance, progress):
    query = """
        SELECT (SELECT count(*) FROM scheduling_operation WHERE state IN ('pending', 'running'))
             + (SELECT count(*) FROM mail_mail WHERE state = 'outgoing')
    """
    began = time.monotonic()
    most = 1
    hurried = False
    while waiting := number(instance, query):
        most = max(most, waiting)
        progress.bar(1 - waiting / most, f"{waiting} to do")
        if time.monotonic() - began > PATIENCE:
            raise Problem(f"{waiting} operations are still open after {PATIENCE} s", "look at scheduling_operation")
        if not hurried and time.monotonic() - began > LEASE:
            hurry_crons(instance)
            hurried = True
        time.sleep(1)


def hurry_crons(instance):
    """Bring the next round forward: what is measured is that nothing is lost, not how often the crons run."""
    query = """
        UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' WHERE id IN (
            SELECT res_id FROM ir_model_data WHERE (module, name) IN (
                ('meetings_scheduler', 'ir_cron_outbox'), ('mail', 'ir_cron_mail_scheduler_action')))
    """
    instance.server.sql(query, instance.database)
    instance.server.sql(f"NOTIFY cron_trigger, '{instance.database}'")


def read(instance, folder, before):
    """Everything newer than `before`."""
    new = {table: number(instance, f"SELECT count(*) FROM {table} WHERE id > {before[table]}") for table in TABLES}
    rows = instance.server.sql(
        f"""
        SELECT booking.reference, booking.uid, booking.email, host.email,
               event.id IS NOT NULL, contact.id IS NOT NULL
          FROM scheduling_booking booking
          LEFT JOIN calendar_event event ON event.id = booking.event_id AND event.active
          LEFT JOIN res_partner contact ON contact.id = booking.partner_id
          JOIN res_users u ON u.id = booking.user_id
          JOIN res_partner host ON host.id = u.partner_id
         WHERE booking.id > {before["scheduling_booking"]} AND booking.state = 'confirmed'
        """,
        instance.database,
    )
    overlaps = """
        SELECT count(*) FROM scheduling_booking_host a JOIN scheduling_booking_host b
            ON a.user_id = b.user_id AND a.id < b.id AND a.blocks AND b.blocks
           AND a.start < b.stop AND b.start < a.stop
    """
    return Found(
        bookings=[Booking(*row[:4], row[4] == "t", row[5] == "t") for row in rows],
        events=new["calendar_event"],
        contacts=new["res_partner"],
        leads=new["crm_lead"],
        overlaps=number(instance, overlaps),
        mails=Counter(mail for path in folder.glob("*.eml") for mail in recipients(path)),
    )


def recipients(path):
    """(UID, recipient) of one caught mail; the UID is empty if it carries no invitation."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    uid = ""
    for part in message.walk():
        if part.get_content_type() in ("text/calendar", "application/ics"):
            text = part.get_payload(decode=True).decode()
            found = re.search(r"^UID:(.*(?:\r?\n[ \t].*)*)", text, re.MULTILINE)
            uid = re.sub(r"\r?\n[ \t]", "", found[1]).strip() if found else uid
    return [(uid, address.strip()) for address in message["X-Envelope-To"].split(",")]
