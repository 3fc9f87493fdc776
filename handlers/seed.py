"""What a new installation begins with: the 2017 plan, and in the sandbox a demo roster of invented people.

Fills only what is empty, so it may run at every start. Start at seed().
"""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.db import add_once
from data.models import Branch, Person, Plan
from data.people import find_only_branch

SEED = Path(__file__).resolve().parent.parent / "data" / "seed"
NAME = "党支部"
DEMO_START = datetime(2017, 3, 1, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # in the plan's year, hours before a reminder


def seed(session: Session, now: datetime, sandbox: bool) -> None:
    """Give the first branch a plan if there is none, and in the sandbox people if there are none."""
    branch = first_branch(session)
    if session.scalar(select(Plan.id).limit(1)) is None:
        from data.plan_reader import read_plan
        from handlers.plan import store_plan
        text = (SEED / "2017-plan.txt").read_text(encoding="utf-8")
        store_plan(session, branch.id, read_plan(text), text, now)
    if sandbox and session.scalar(select(Person.id).limit(1)) is None:
        from data.roster_reader import read_roster
        from handlers.binding import import_roster
        import_roster(session, branch.id, read_roster((SEED / "demo-roster.csv").read_bytes()).rows, now)


def first_branch(session: Session) -> Branch:
    """The branch that the command line works on, made if there is none: a small installation has one."""
    branch = find_only_branch(session)
    if branch is None:
        add_once(session, Branch, name=NAME)
        branch = session.scalars(select(Branch).order_by(Branch.id).limit(1)).one()
    return branch
