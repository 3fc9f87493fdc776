"""Events as an iCalendar file (RFC 5545). Pure: the same events give the same bytes. Start at write_calendar()."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Timezone, vDuration, vText
from icalendar import Event as Component

from handlers.calendar.feed import Event

PRODUCT = "-//party-assistant//calendar feed//ZH"
REFRESH = timedelta(hours=1)
END = b"END:VCALENDAR\r\n"
KEPT = 2048  # events that a process keeps as written; one is about a kilobyte
_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")  # what some reader takes for the end of a line
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def write_calendar(events: Iterable[Event], name: str, zone: ZoneInfo, years: tuple[int, ...]) -> bytes:
    """The whole file. `years` are those that the description of the zone has to cover."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # The library takes properties beyond the standard as they are: these have to come escaped.
    calendar.add("x-wr-calname", vText(clean(name)))
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    calendar.add_component(_described(zone, years[0] - 1, years[-1] + 2))
    written = b"".join(_written(event, zone.key) for event in events)
    return calendar.to_ical().removesuffix(END) + written + END


def clean(text: str) -> str:
    """The text without what no calendar file may contain; all line breaks alike."""
    return _UNWRITABLE.sub("", _BREAKS.sub("\n", text))


@cache
def _described(zone: ZoneInfo, first: int, last: int) -> Timezone:
    described = Timezone.from_tzinfo(zone, zone.key, date(first, 1, 1), date(last, 1, 1))
    described.pop("COMMENT", None)
    return described


@lru_cache(maxsize=KEPT)
def _written(event: Event, _zone: str) -> bytes:
    """One event; kept, because a branch's subscribers share nearly all of them and ask again every hour.

    The zone is there to tell apart what is equal: the same moment in two zones.
    """
    return _component(event).to_ical()


def _component(event: Event) -> Component:
    component = Component()
    component.add("uid", event.uid)
    component.add("sequence", event.sequence)
    component.add("dtstamp", event.changed_at)
    component.add("last-modified", event.changed_at)
    component.add("dtstart", event.start)
    component.add("dtend", event.end)
    component.add("summary", clean(event.summary))
    component.add("description", clean(event.description))
    if event.place:
        component.add("location", clean(event.place))
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    takes_time = isinstance(event.start, datetime) and not event.is_cancelled
    component.add("transp", "OPAQUE" if takes_time else "TRANSPARENT")
    for before in event.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", clean(event.summary))
        alarm.add("trigger", before)
        component.add_component(alarm)
    return component
