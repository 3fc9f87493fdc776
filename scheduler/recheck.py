"""Looks again, just before sending, at who is to get what and how: state, audience, channel, weekly cap.

In the claim's transaction; sends nothing. Start at Recheck.sort_out().
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.models import Follower, Outbox, OutboxState
from scheduler.channels import Channel, Held, Reach, choose
from scheduler.outbox import LOST, Claimed, Settled, is_stale, may_repeat
from scheduler.pauses import Pauses
from scheduler.reminder import PushKind, Still

TOO_LATE = "已过时，未发送"
NOT_BOUND = "未绑定微信"
UNFOLLOWED = "已取消关注"
CAP_REACHED = "本周推送已达上限，对方下次发消息时送达"
NOT_CHECKED = "发送前核对出错，稍后重试"
CHECK_AGAIN = timedelta(minutes=1)
WEEK = timedelta(days=7)
FRESH = timedelta(seconds=1)  # an answer of a capability serves so long for further rows of the same subject

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sending:
    """A claimed row on its way to this openid by this channel."""

    row: Claimed
    openid: str
    channel: Channel


def kind_of(row: Claimed, kinds: Mapping[str, PushKind]) -> PushKind:
    """The row's kind; one that is no longer known is rather shown to 书记 than repeated."""
    return kinds.get(row.kind, PushKind(row.kind, repeat_unsure=False))


def find_why_not(session: Session, row: Outbox, kinds: Mapping[str, PushKind], now: datetime) -> str | None:
    """Why a message is no longer to reach its person; None when it still is. May raise what a capability raises."""
    if is_stale(row.due, row.expires, now):
        return TOO_LATE
    ask = kinds.get(row.kind, PushKind(row.kind)).still
    still = ask(session, row.branch_id, row.subject) if ask else None
    return still.why_not if still is not None and row.person_id not in still.people else None


class Recheck:
    """Rechecks for one delivering process; remembers a capability's answer for a moment."""

    def __init__(self, settings: Settings, kinds: Mapping[str, PushKind]) -> None:
        self._settings, self._kinds = settings, kinds
        self._capped = [name for name, kind in kinds.items() if kind.capped]
        self._answers: dict[tuple[str, int, str], tuple[datetime, Still]] = {}

    def sort_out(self, session: Session, rows: Sequence[Claimed], under_way: Counter[str], pauses: Pauses,
                 now: datetime, wall: datetime) -> tuple[list[Sending], list[Settled]]:
        """Which claimed rows are to be sent and how, and what becomes of the others, with the reason.

        `under_way`: customer-service messages that are being sent, by openid; their windows are counted down later.
        """
        if not rows:
            return [], []
        reaches = _find_reaches(session, {row.person_id for row in rows})
        weekly = self._count_week(session, rows, now)
        using = under_way.copy()
        sendings, settled = [], []
        for row in rows:
            reach = reaches.get(row.person_id)
            if reach:
                reach = replace(reach, window_left=reach.window_left - using[reach.openid])
            verdict = self._verdict(session, row, reach, pauses, weekly, now, wall)
            if isinstance(verdict, Sending):
                sendings.append(verdict)
                using[verdict.openid] += verdict.channel is Channel.CUSTOMER
            else:
                settled.append(verdict)
        return sendings, settled

    def _verdict(self, session: Session, row: Claimed, reach: Reach | None, pauses: Pauses, weekly: Counter[int],
                 now: datetime, wall: datetime) -> Sending | Settled:
        kind = kind_of(row, self._kinds)
        if row.again and not may_repeat(row.channel, row.claimed_at, row.attempts - 1, kind, wall):
            return Settled(row, OutboxState.UNSURE, LOST)
        try:
            why_not = TOO_LATE if is_stale(row.due, row.expires, now) else self._ask_capability(session, row, wall)
        except Exception:  # a capability's fault must not keep the others' messages from going out
            log.exception("recheck_failed", extra={"kind": row.kind})
            return Settled(row, OutboxState.WAITING, NOT_CHECKED, wall + CHECK_AGAIN, unsent=True)
        if why_not is None and reach is None:
            why_not = NOT_BOUND
        elif why_not is None and not reach.subscribed:
            why_not = UNFOLLOWED
        if why_not is not None:
            return Settled(row, OutboxState.DROPPED, why_not)
        if kind.capped and weekly[row.person_id] >= self._settings.weekly_cap:
            return Settled(row, OutboxState.HELD, CAP_REACHED)
        channel = self._choose(row, reach, pauses, now)
        if isinstance(channel, Held):
            return Settled(row, OutboxState.HELD, channel.why)
        weekly[row.person_id] += kind.capped
        return Sending(row, reach.openid, channel)

    def _choose(self, row: Claimed, reach: Reach, pauses: Pauses, now: datetime) -> Channel | Held:
        if row.again and row.channel == Channel.TEMPLATE:
            return Channel.TEMPLATE  # only there does the platform know the repeat
        return choose(self._settings.account, reach, now, template=self._settings.template_id is not None,
                      closed=pauses.closed)

    def _ask_capability(self, session: Session, row: Claimed, wall: datetime) -> str | None:
        ask = kind_of(row, self._kinds).still
        if ask is None:
            return None
        name = (row.kind, row.branch_id, row.subject)
        asked_at, still = self._answers.get(name, (None, None))
        if still is None or not asked_at <= wall < asked_at + FRESH:
            with session.begin_nested():
                still = ask(session, row.branch_id, row.subject)
            self._answers[name] = (wall, still)
        return None if row.person_id in still.people else still.why_not

    def forget(self) -> None:
        """Ask the capabilities anew from now on."""
        self._answers.clear()

    def _count_week(self, session: Session, rows: Sequence[Claimed], now: datetime) -> Counter[int]:
        """How many unasked messages each of these people got in the last seven days."""
        people = {row.person_id for row in rows if row.kind in self._capped}
        if not people:
            return Counter()
        pushed = (Channel.CUSTOMER, Channel.TEMPLATE)
        counted = (select(Outbox.person_id, func.count()).group_by(Outbox.person_id)
                   .where(Outbox.person_id.in_(people), Outbox.state == OutboxState.SENT,
                          Outbox.kind.in_(self._capped), Outbox.channel.in_(pushed), Outbox.settled_at > now - WEEK))
        return Counter(dict(session.execute(counted).all()))


def _find_reaches(session: Session, people: Iterable[int]) -> dict[int, Reach]:
    rows = session.execute(_REACHES, {"people": list(people)})
    return {person: Reach(*reach) for person, *reach in rows}


_REACHES = (
    select(Follower.person_id, Follower.openid, Follower.subscribed, Follower.unreachable, Follower.template_refused,
           Follower.window_until, Follower.window_left)
    .where(Follower.person_id.in_(bindparam("people", expanding=True))))
