"""What becomes of a message when the platform has answered: sent, again later, held, failed or unsure, and why.

conclude() is pure; note_effects() writes what the answers say about the people. Start at conclude().
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from bot.wechat.gateway import Effect, Refused, Result, Retry, Sent, Wait
from data.models import Follower, OutboxState
from scheduler.channels import Channel
from scheduler.outbox import LOST, Settled, may_repeat
from scheduler.pauses import note_refusal
from scheduler.recheck import Sending
from scheduler.reminder import PushKind

# Seconds before the next try. The first five fit into one `tick`; then the platform is given time.
BACK_OFF = (1, 2, 4, 8, 8, 30, 60, 120, 300)
MOST_ATTEMPTS = len(BACK_OFF) + 1
_CHOOSE_AGAIN = frozenset({Effect.TEMPLATE_REFUSED, Effect.WINDOW_SHUT, Effect.CHANNEL_CLOSED})


def back_off(attempts: int) -> timedelta:
    """The pause after so many attempts, with jitter, so that what failed together does not come back together."""
    seconds = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.75, 1))  # noqa: S311 - no secret


def conclude(sending: Sending, result: Result | None, kind: PushKind, wall: datetime) -> Settled:
    """The row's new state and its reason; `result` None: it was not begun."""
    row = sending.row
    match result:
        case None:
            return Settled(row, OutboxState.WAITING, unsent=True, counted=False)
        case Sent():
            return Settled(row, OutboxState.SENT, platform_id=result.platform_id[:32])
        case Wait():
            pause = max(timedelta(seconds=result.seconds), back_off(row.attempts))
            return Settled(row, OutboxState.WAITING, result.why, wall + pause, unsent=True)
        case Retry(ambiguous=True) if not may_repeat(sending.channel, row.claimed_at, row.attempts, kind, wall):
            return Settled(row, OutboxState.UNSURE, LOST)
        case Retry() if row.attempts >= MOST_ATTEMPTS:
            state = OutboxState.UNSURE if result.ambiguous or row.again else OutboxState.FAILED
            return Settled(row, state, f"{result.why}，试了{row.attempts}次")
        case Retry():
            pause = max(timedelta(seconds=result.after), back_off(row.attempts))
            return Settled(row, OutboxState.WAITING, f"{result.why}，稍后自动重试", wall + pause,
                           unsent=not result.ambiguous)
        case Refused():
            return _refused(sending, result, kind)


def _refused(sending: Sending, refused: Refused, kind: PushKind) -> Settled:
    if refused.effect in _CHOOSE_AGAIN or refused.effect is Effect.STOP:
        return Settled(sending.row, OutboxState.WAITING, refused.why, unsent=True, counted=False)
    if refused.effect is Effect.MUTED or kind.awaited:
        return Settled(sending.row, OutboxState.HELD, f"{refused.why}，对方下次发消息时送达")
    return Settled(sending.row, OutboxState.FAILED, refused.why)


def note_effects(session: Session, answers: Sequence[tuple[Sending, Result | None]], wall: datetime) -> None:
    """Count down windows that were used, and remember whom or what the platform refuses."""
    used = Counter(sending.openid for sending, result in answers
                   if sending.channel is Channel.CUSTOMER and _used_window(result))
    for messages in set(used.values()):
        left = case((Follower.window_left > messages, Follower.window_left - messages), else_=0)
        _change(session, (openid for openid, count in used.items() if count == messages), window_left=left)
    refusals = [(sending, result) for sending, result in answers if isinstance(result, Refused)]
    refused_template = [sending for sending, result in refusals if result.effect is Effect.TEMPLATE_REFUSED]
    _change(session, (sending.openid for sending in refused_template), template_refused=True)
    # As an answer to another channel it makes little sense; that channel is not tried again at once all the same.
    shut = [sending for sending, result in refusals if result.effect is Effect.WINDOW_SHUT]
    shut += [sending for sending in refused_template if sending.channel is Channel.CUSTOMER]
    _change(session, (sending.openid for sending in shut), window_left=0)
    for why in {result.why for _, result in refusals if result.effect in (Effect.GONE, Effect.MUTED)}:
        _change(session, (sending.openid for sending, result in refusals if result.why == why), unreachable=why[:60])
    for refused, channel in {(result, sending.channel) for sending, result in refusals}:
        note_refusal(session, refused, channel, wall)


def _used_window(result: Result | None) -> bool:
    return isinstance(result, Sent) or (isinstance(result, Retry) and result.ambiguous)


def _change(session: Session, openids: Iterable[str], **values: object) -> None:
    chosen = list(openids)
    if chosen:
        session.execute(update(Follower).where(Follower.openid.in_(chosen)).values(**values)
                        .execution_options(synchronize_session=False))
