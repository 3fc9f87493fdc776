"""Quiet hours: when nothing is pushed by itself (20:00 to 07:30 unless set otherwise). Pure."""

from datetime import datetime, timedelta

from bot.settings import Settings

_MOMENT = timedelta(minutes=1)  # the last minute before the quiet begins


def is_quiet(moment: datetime, settings: Settings) -> bool:
    """Whether the moment lies in the quiet hours, which may run over midnight."""
    at = moment.astimezone(settings.timezone).time()
    if settings.quiet_from <= settings.quiet_until:
        return settings.quiet_from <= at < settings.quiet_until
    return at >= settings.quiet_from or at < settings.quiet_until


def after_quiet(moment: datetime, settings: Settings) -> datetime:
    """That moment, or the end of the quiet hours it lies in."""
    if not is_quiet(moment, settings):
        return moment
    local = moment.astimezone(settings.timezone)
    end = local.replace(hour=settings.quiet_until.hour, minute=settings.quiet_until.minute, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)


def before_quiet(moment: datetime, settings: Settings) -> datetime:
    """That moment, or the last minute before the quiet hours it lies in."""
    if not is_quiet(moment, settings):
        return moment
    local = moment.astimezone(settings.timezone)
    begin = local.replace(hour=settings.quiet_from.hour, minute=settings.quiet_from.minute, second=0, microsecond=0)
    return (begin if begin <= local else begin - timedelta(days=1)) - _MOMENT


def outside_quiet(moment: datetime, start: datetime, settings: Settings) -> datetime:
    """When a reminder for an activity at `start` that is due at `moment` goes out.

    In the early morning it waits for the end of the quiet hours, if that is before the start; otherwise, and in the
    evening, it goes out before they begin.
    """
    later = after_quiet(moment, settings)
    is_morning = later.astimezone(settings.timezone).date() == moment.astimezone(settings.timezone).date()
    return later if is_morning and later < start else before_quiet(moment, settings)
