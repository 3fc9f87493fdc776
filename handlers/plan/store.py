"""Plans kept and read again: a new version takes over the dates of the one before.

The whole document is stored as it was read; each process keeps the few that it has been asked about. Never commits.
Start at store_plan().
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data import audit
from data.models import Activity, Person, Plan, PlanEntry
from data.plan_reader import Block, Duty, Entry, PlanDocument, Recurring, Section, audience_of
from data.plans import StoredPlan, plan_in_force

KEPT = 64  # documents that a process keeps; one is about 100 kB


class NoYear(ValueError):
    """The plan does not say which year it is for, and nobody else did."""


def find_plan_for(session: Session, branch_id: int, year: int) -> tuple[Plan | None, bool]:
    """The plan that serves the year, and whether it is an earlier year's (沿用); (None, False) where there is none."""
    found = plan_in_force(session, branch_id, year)
    return (None, False) if found is None else (session.get_one(Plan, found.id), found.year < year)


def store_plan(session: Session, branch_id: int, document: PlanDocument, source_text: str, now: datetime,
               by: Person | None = None) -> Plan:
    """Keep a plan as the one in force for its year; older versions stay, inactive.

    Entries with the same months and words keep their dated activities. The same document again changes nothing.
    Raises NoYear.
    """
    if document.year is None:
        raise NoYear("the plan names no year")
    content = asdict(document)
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    current, carried = find_plan_for(session, branch_id, document.year)
    if current is not None and not carried and current.digest == digest:
        return current
    session.execute(update(Plan).where(Plan.branch_id == branch_id, Plan.year == document.year).values(active=False))
    plan = Plan(branch_id=branch_id, year=document.year, title=document.title[:200] or f"{document.year}年工作计划",
                source=source_text, document=content, digest=digest, active=True, imported_at=now)
    session.add(plan)
    session.flush()
    entries = _add_entries(session, plan, document)
    moved = _take_over(session, plan, entries)
    audit.record(session, branch_id, now, by, "plan.import", f"plan/{plan.id}", year=plan.year, title=plan.title,
                 entries=len(entries), dates_kept=moved)
    return plan


def _add_entries(session: Session, plan: Plan, document: PlanDocument) -> list[PlanEntry]:
    entries = [PlanEntry(
        branch_id=plan.branch_id, plan_id=plan.id, months=list(block.months), heading=block.heading[:40],
        place=entry.place[:120], text=entry.text[:500], kind=entry.kind,
        audience=list(audience_of(entry.kind, entry.text)),
        day=datetime.fromisoformat(entry.date).date() if entry.date else None)
        for block in document.calendar for entry in block.entries]
    for seq, entry in enumerate(entries):
        entry.seq = seq
    session.add_all(entries)
    session.flush()
    return entries


def _take_over(session: Session, plan: Plan, entries: list[PlanEntry]) -> int:
    """Point the activities of the years that the new plan serves at its entries; returns how many were."""
    ahead = session.scalar(select(Plan.year).where(
        Plan.branch_id == plan.branch_id, Plan.active, Plan.year > plan.year).order_by(Plan.year).limit(1))
    served = select(Activity, PlanEntry).join(PlanEntry, PlanEntry.id == Activity.plan_entry_id).where(
        Activity.branch_id == plan.branch_id, Activity.year >= plan.year, PlanEntry.plan_id != plan.id,
    ).order_by(Activity.year, PlanEntry.seq)
    if ahead is not None:
        served = served.where(Activity.year < ahead)
    free: dict[tuple[int, str], list[PlanEntry]] = {}
    moved = 0
    for activity, old in session.execute(served).all():
        same = free.setdefault((activity.year, _key(old)), [entry for entry in entries if _key(entry) == _key(old)])
        if same:
            activity.plan_entry_id = same.pop(0).id
            moved += 1
    session.flush()
    return moved


def _key(entry: PlanEntry) -> str:
    return f"{entry.months}{''.join(char for char in entry.text if char.isalnum())}"


_documents: dict[str, PlanDocument] = {}
_lock = Lock()


def document_of(plan: Plan) -> PlanDocument:
    """The whole plan as it was read; from this process's memory when it was asked about before."""
    found = _documents.get(plan.digest)
    if found is None:
        found = _document(plan.document)
        with _lock:
            if len(_documents) >= KEPT:
                _documents.clear()
            _documents[plan.digest] = found
    return found


def document_in_force(session: Session, plan: StoredPlan) -> PlanDocument:
    """The same of a plan in force, whose row is read only when this process does not know the document."""
    return _documents.get(plan.digest) or document_of(session.get_one(Plan, plan.id))


def _document(kept: Mapping[str, Any]) -> PlanDocument:
    return PlanDocument(
        title=kept["title"], year=kept["year"], sections=tuple(_section(one) for one in kept["sections"]),
        calendar=tuple(Block(tuple(block["months"]), block["heading"],
                             tuple(Entry(**entry) for entry in block["entries"])) for block in kept["calendar"]),
        recurring=tuple(Recurring(**one) for one in kept["recurring"]),
        duties=tuple(Duty(**one) for one in kept["duties"]),
        warnings=tuple(kept["warnings"]), left_out=tuple(kept["left_out"]))


def _section(kept: Mapping[str, Any]) -> Section:
    return Section(**{**kept, "children": tuple(_section(child) for child in kept["children"])})
