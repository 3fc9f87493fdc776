"""Runs migrations on the connection that data.upgrade hands over, inside its transaction. Never opens one itself."""

from typing import Any

from alembic import context

from data.db import UtcDateTime
from data.models import Base


def render(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Migrations name plain column types, so that they stay true when ours change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata,
                  render_as_batch=True, render_item=render, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
