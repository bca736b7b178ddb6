"""Instances of a recurring event, as `singleEvents=true` gives them."""

from datetime import date, datetime, time, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

UTC = timezone.utc
# Google stops too; it does not say where.
MOST = 750


def is_all_day(edge):
    return "date" in edge


def instant(edge, zone):
    """Aware UTC; all-day begins at the midnight of the calendar's zone."""
    if is_all_day(edge):
        return datetime.combine(date.fromisoformat(edge["date"]), time(), ZoneInfo(zone)).astimezone(UTC)
    moment = datetime.fromisoformat(edge["dateTime"].replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(edge.get("timeZone") or zone))
    return moment.astimezone(UTC)


def instances(event, zone):
    """(id, originalStartTime, start, end) of every instance, exceptions not applied, the first MOST of them."""
    start, end = event["start"], event["end"]
    whole_days = is_all_day(start)
    where = UTC if whole_days else ZoneInfo(start.get("timeZone") or zone)
    length = instant(end, "UTC" if whole_days else zone) - instant(start, "UTC" if whole_days else zone)
    first = instant(start, "UTC" if whole_days else zone).astimezone(where).replace(tzinfo=None)
    # Google takes an event with RDATE only, too; its start is the first instance then.
    rules = rrulestr("\n".join(_wall(line, where) for line in event["recurrence"]), dtstart=first, forceset=True)
    found = sorted({first, *islice(rules, MOST)} - set(rules._exdate))
    for one in found:
        if whole_days:
            day = one.date()
            yield (
                f"{event['id']}_{day:%Y%m%d}",
                {"date": day.isoformat()},
                {"date": day.isoformat()},
                {"date": (day + timedelta(days=length.days)).isoformat()},
            )
        else:
            begins = one.replace(tzinfo=where).astimezone(UTC)
            named = {"timeZone": start.get("timeZone") or zone}
            yield (
                f"{event['id']}_{begins:%Y%m%dT%H%M%SZ}",
                {"dateTime": stamp(begins), **named},
                {"dateTime": stamp(begins), **named},
                {"dateTime": stamp(begins + length), **named},
            )


def stamp(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _wall(line, where):
    name, _, value = line.partition(":")
    parts = value.split(";") if name == "RRULE" else value.split(",")
    texts = [_naive(part, where) for part in parts]
    return f"{name.partition(';')[0]}:" + (";" if name == "RRULE" else ",").join(texts)


def _naive(part, where):
    key, _, text = part.rpartition("=")
    if key.upper() not in ("", "UNTIL"):
        return part
    if text.endswith("Z"):
        text = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(where).strftime("%Y%m%dT%H%M%S")
    elif "T" not in text:
        text += "T000000"
    return f"{key}={text}" if key else text
