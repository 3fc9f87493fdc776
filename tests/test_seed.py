"""What a new installation begins with."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import make_engine, make_sessions
from data.models import Branch, Duty, Person, Plan, PlanEntry
from data.upgrade import upgrade
from handlers.seed import first_branch, seed
from tests.world import ZONE

NOW = datetime(2017, 1, 2, 8, 0, tzinfo=ZONE)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """A new database with its schema and nothing in it."""
    url = f"sqlite:///{tmp_path / 'new.db'}"
    upgrade(url)
    engine = make_engine(url)
    yield make_sessions(engine)
    engine.dispose()


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_the_sandbox_gets_the_plan_and_a_roster_with_a_secretary(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        seed(session, NOW, sandbox=True)
        assert (count(session, Plan), count(session, PlanEntry)) == (1, 28)
        assert 18 <= count(session, Person) <= 25
        assert [duties for duties in session.scalars(select(Person.duties)) if Duty.SECRETARY in duties.split("、")]


def test_a_real_account_gets_the_plan_and_nobody(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        seed(session, NOW, sandbox=False)
        assert (count(session, Plan), count(session, Person)) == (1, 0)


def test_a_second_start_changes_nothing(sessions: sessionmaker[Session]) -> None:
    for _ in range(2):
        with sessions.begin() as session:
            seed(session, NOW, sandbox=True)
            people = count(session, Person)
    with sessions() as session:
        assert (count(session, Branch), count(session, Plan), count(session, Person)) == (1, 1, people)


def test_a_roster_that_was_imported_before_is_left_alone(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        branch = first_branch(session)
        session.add(Person(branch_id=branch.id, staff_no="1", name="小林", identity="教师"))
    with sessions.begin() as session:
        seed(session, NOW, sandbox=True)
        assert (count(session, Branch), count(session, Person), count(session, Plan)) == (1, 1, 1)
