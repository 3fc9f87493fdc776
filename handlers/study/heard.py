"""What all of 自学 needs when it speaks: the Talk, and how a record and a stretch of time are named."""

from datetime import date, datetime

from bot.nlu.timespan import TimeKind
from bot.talk import Talk, Turn
from data.chinese import format_date, to_chinese
from data.models import StudyRecord

talk = Talk("study", "自学")
EXAMPLE = "自学打卡 读完《论党建》第三章，体会是……"
SEEN_BY = "自学的全文由本人查看；书记、副书记和宣传委员看到的是各人的条数，他们导出的自学记录里有书名和原文。"
SHOWN = 40  # characters of a record in a list


def name(record: StudyRecord, now: datetime) -> str:
    """`3月7日（周二）《论党建》`; where no book was named the beginning of the text."""
    return f"{format_date(record.studied_on, now)}{what(record.book, record.text)}"


def what(book: str, text: str) -> str:
    """The book in its marks, else the beginning of the text."""
    return f"《{book}》" if book else f"“{shorten(text, 20)}”"


def shorten(text: str, most: int = SHOWN) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most - 1]}…"


def said_month(turn: Turn) -> tuple[int, int | None] | None:
    """The year and month that a question names; of a year alone no month. None where it names no time."""
    for span in turn.match.slots.times:
        if span.kind is TimeKind.RECURRENCE or span.start is None:
            continue
        whole = span.kind is TimeKind.RANGE and span.end is not None \
            and (span.start.month, span.end.month) == (1, 12)
        return span.start.year, None if whole else span.start.month
    return None


def period_name(year: int, month: int | None, today: date) -> str:
    """`三月`, `2017年`, `2016年三月`."""
    if month is None:
        return f"{year}年"
    return f"{'' if year == today.year else f'{year}年'}{to_chinese(month)}月"
