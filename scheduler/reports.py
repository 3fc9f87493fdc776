"""What the platform reports later about template messages (TEMPLATESENDJOBFINISH): accepted is not delivered.

In the caller's transaction. Start at settle_report().
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.shared import put_value
from data.models import Outbox, OutboxState, SharedValue

_PREFIX = "report/"
_KEPT = timedelta(hours=1)
_REASONS = {"user block": "对方已拒收公众号的消息", "system failed": "微信平台发送失败",
            "freq limit": "对方收到的消息过多，被平台限制"}


def settle_report(session: Session, platform_id: str, status: str, now: datetime) -> bool:
    """Note the outcome of a template message; True when it turned a sent one into a failed one.

    The report may come before the answer to the sending is stored; then it is kept for apply_late_reports().
    """
    if status.strip().lower() == "success":
        return False
    why = next((reason for word, reason in _REASONS.items() if word in status.lower()), "微信平台未送达")
    failed = _fail(session, platform_id, why)
    if not failed:
        put_value(session, _PREFIX + platform_id[:32], why, now + _KEPT)
    return failed


def apply_late_reports(session: Session, now: datetime) -> int:
    """Settle the reports that came before their message was stored as sent; returns how many."""
    kept = session.execute(select(SharedValue.name, SharedValue.value)
                           .where(SharedValue.name.startswith(_PREFIX))).all()
    done = [name for name, why in kept if _fail(session, name.removeprefix(_PREFIX), why)]
    if kept:
        session.execute(delete(SharedValue).where(SharedValue.name.startswith(_PREFIX), (
            SharedValue.name.in_(done)) | (SharedValue.until < now)))
    return len(done)


def _fail(session: Session, platform_id: str, why: str) -> bool:
    failed = update(Outbox).where(Outbox.platform_id == platform_id, Outbox.state == OutboxState.SENT).values(
        state=OutboxState.FAILED, why=why).execution_options(synchronize_session=False)
    return session.execute(failed).rowcount > 0
