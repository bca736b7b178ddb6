"""Addresses that open somebody's web calendar with a meeting filled in, for those who don't use .ics files."""

from urllib.parse import urlencode


def add_to_calendar(meeting):
    """
    :param meeting: :class:`ical.Meeting`, times in UTC
    :return: dict of calendar name (``google``, ``outlook``, ``office365``) to URL
    """
    start, end = (moment.strftime("%Y%m%dT%H%M%SZ") for moment in (meeting.start, meeting.end))
    google = {
        "action": "TEMPLATE",
        "text": meeting.summary,
        "dates": f"{start}/{end}",
        "details": meeting.description,
        "location": meeting.location,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": meeting.summary,
        "startdt": meeting.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "enddt": meeting.end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "body": meeting.description,
        "location": meeting.location,
    }
    return {
        "google": f"https://calendar.google.com/calendar/render?{urlencode(google)}",
        "outlook": f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook)}",
        "office365": f"https://outlook.office.com/calendar/0/deeplink/compose?{urlencode(outlook)}",
    }
