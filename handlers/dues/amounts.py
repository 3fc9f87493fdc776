"""Sums of money in what people say about dues, with one clear sentence for each that cannot be one. Pure."""

import re

from bot.talk import Sorry
from data.chinese import MOST_DUES_FEN, NUMERAL, format_fen, half_width, parse_fen

_MONTHS = re.compile(rf"(?:20\d\d年)?(?:\d{{1,2}}|[{NUMERAL}、]{{1,5}})月份?的?")
_AROUND = re.compile(r"党费|一共|共计|共|人民币|补交|补缴|[交缴]了?|(?:付|转)了?|大概|这次|上次|^[我就]+|[了是为的吧呀啊,。，:：\s]+$|^[\s,，:：是为的]+")
_TOO_FINE = re.compile(r"[-−]?\s*[¥￥]?\s*\d+\.\d{3,}\s*(?:元|块)?")
HOW = "请发送“缴党费 30”这样的数字。"


def parse_amount(words: str) -> int | None:
    """The sum in fen that the words state; None where they state none at all. Raises Sorry for what cannot be dues."""
    words = half_width(words)
    if not words.strip():
        return None
    left = words
    for pattern in (_MONTHS, _AROUND, _AROUND):
        left = pattern.sub("", left).strip()
    if not left:
        return None
    if _TOO_FINE.fullmatch(left):
        raise Sorry("金额最多写到分，例如30.55元。请改好后再发一次。")
    fen = parse_fen(left)
    if fen is None:
        raise Sorry(f"没有看懂金额“{left[:20]}”。{HOW}")
    return check_amount(fen)


def check_amount(fen: int) -> int:
    """The same sum if it can be one payment of dues. Raises Sorry with the reason otherwise."""
    if fen <= 0:
        raise Sorry(f"党费金额要大于0元，收到的是{format_fen(fen)}，没有登记。{HOW}")
    if fen > MOST_DUES_FEN:
        raise Sorry(f"{format_fen(fen)}超过了一次{format_fen(MOST_DUES_FEN)}的上限，没有登记。请核对后再发；"
                    "确实要多交，请直接联系组织委员。")
    return fen
