"""What is asked about 自学: one's own records, how it works, and for 书记 and 宣传委员 how many there are.

Numbers stand in roster order; nobody is listed as missing, and nobody reads another's text. Start at hear_mine().
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from bot.talk import Reply, Turn, Who
from data.chinese import format_date, format_months, to_chinese
from data.models import Person, StudyRecord
from data.people import people_in
from data.study import counts_in, records_of, study_blocks
from handlers.study.entering import LONGEST
from handlers.study.heard import EXAMPLE, SEEN_BY, period_name, said_month, shorten, talk

_WHO_SEES = re.compile("谁.{0,6}看|看.{0,4}谁|能看|看到|看得到|看见|公开|保密|泄露|给谁|谁.{0,4}知道")
_WHO_NOT = re.compile("(?:没有?|未)(?:人|谁)?(?:自学|学|登记|打卡|记录)")
MOST_LINES = 30  # records in one answer; a month can be asked for


@talk.on("study_mine", "我的自学", "我的自学记录", usage="我的自学——本年的自学记录")
def hear_mine(turn: Turn) -> Reply:
    """A person's own records of the year, or of a month in full."""
    year, month = said_month(turn) or (turn.now.year, None)
    own = records_of(turn.session, turn.person.id, *_bounds(year, month))
    period = period_name(year, month, turn.now.date())
    if not own:
        return Reply(f"{period}还没有您的自学记录。自学自愿登记，例如“{EXAMPLE}”。")
    lines = [_line(record, turn, whole=month is not None) for record in own[:MOST_LINES]]
    more = f"更早的{len(own) - MOST_LINES}条没有列出，可以按月问，例如“我三月的自学”。" if len(own) > MOST_LINES else ""
    return Reply("\n".join(line for line in (f"您{period}自学共{len(own)}条{_months_of(own) if month is None else ''}：",
                                             *lines, more) if line))


def _bounds(year: int, month: int | None) -> tuple[date, date]:
    first, last = (month, month) if month else (1, 12)
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _months_of(own: Sequence[StudyRecord]) -> str:
    """`（三月2条，四月1条）`; nothing where all are of one month."""
    counts: dict[int, int] = {}
    for record in reversed(own):
        counts[record.studied_on.month] = counts.get(record.studied_on.month, 0) + 1
    return f"（{_by_month(counts)}）" if len(counts) > 1 else ""


def _by_month(counts: Mapping[int, int]) -> str:
    return "，".join(f"{to_chinese(month)}月{counts[month]}条" for month in sorted(counts))


def _line(record: StudyRecord, turn: Turn, whole: bool) -> str:
    book = f"《{record.book}》" if record.book and f"《{record.book}》" not in record.text else ""
    return f"{format_date(record.studied_on, turn.now)}{book}：{record.text if whole else shorten(record.text)}"


@talk.on("study_overview", "自学情况", "谁自学了", "自学统计", who=Who.PUBLICISTS,
         usage="自学情况——本月各人登记了几条，也可以问“三月自学情况”“今年自学情况”")
def hear_overview(turn: Turn) -> Reply:
    """How many records there are, by person."""
    year, month = said_month(turn) or (turn.now.year, turn.now.month)
    period, counts = period_name(year, month, turn.now.date()), counts_in(turn.session, turn.branch_id, year)
    own = {person: {month: months[month]} if month else months for person, months in counts.items()
           if month is None or month in months}
    others = _say_others(turn, own, year, period)
    if _WHO_NOT.search(turn.match.text):
        total = sum(sum(months.values()) for months in own.values())
        numbers = f"登记了自学的有{len(own)}人，共{total}条。回复“自学情况”看各人的条数。" if own else "还没有自学记录。"
        return Reply(f"自学自愿，不列没有登记的名单，也不作排名。\n{period}{numbers}")
    if not own:
        return Reply(f"{period}还没有自学记录。自学自愿，不作排名。")
    people = turn.session.scalars(select(Person).where(Person.id.in_(own)).order_by(Person.id)).all()
    total = sum(sum(months.values()) for months in own.values())
    lines = [f"{person.name}：{_numbers(own[person.id])}" for person in people]
    return Reply("\n".join((f"{period}自学登记：{len(people)}人，共{total}条（按名册顺序）。", *lines, others)))


def _numbers(months: Mapping[int, int]) -> str:
    total = f"{sum(months.values())}条"
    return f"{total}（{_by_month(months)}）" if len(months) > 1 else total


def _say_others(turn: Turn, own: Mapping[int, object], year: int, period: str) -> str:
    """The others are a number, and no list (domain part 7)."""
    blocks = study_blocks(turn.session, turn.branch_id, year)
    groups = tuple(dict.fromkeys(group for block in blocks for group in block.audience)) or ("党员",)
    left = sum(person.id not in own for person in people_in(turn.session, turn.branch_id, groups))
    rest = f"{'、'.join(groups)}中其余{left}人{period}还没有记录；" if left else ""
    return f"{rest}自学自愿，不作排名。"


@talk.on("study_help", "怎么自学打卡", "怎么记录自学", "自学打卡怎么用")
def hear_help(turn: Turn) -> Reply:
    """How to enter what one has read, and that nobody has to."""
    blocks = study_blocks(turn.session, turn.branch_id, turn.now.year)
    months = "、".join(format_months(block.months) for block in blocks)
    planned = f"计划里的自学月份是{months}{blocks[0].note}。" if months else ""
    if _WHO_SEES.search(turn.match.text):
        return Reply(f"{SEEN_BY}\n自学自愿登记，不计分、不排名；写错了，10分钟内回复“撤销”可以收回。")
    return Reply(f"自学由本人自愿登记，不登记也没有关系，不计分、不排名。{planned}\n"
                 f"登记：回复“自学打卡”加内容，例如“{EXAMPLE}”；用自己的话说“昨晚看了两小时教育法”也可以。"
                 f"一天可以记几条，每条最多{LONGEST}字。\n"
                 "补记：写上日期，例如“自学打卡 3月2日 学习党章第二章”。\n"
                 f"查看：回复“我的自学”。{SEEN_BY}")
