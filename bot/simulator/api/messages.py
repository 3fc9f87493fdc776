"""Messages to one person: customer service, typing, templates.

Start at send_custom() and send_template().
"""

from bot.simulator import ledger, people
from bot.simulator.account import Template
from bot.simulator.api.desk import ApiError, Desk, Json
from bot.simulator.api.template_fields import shown_value
from bot.simulator.ledger import Kind
from bot.simulator.mass import queue_event
from bot.simulator.replies import TEXT_LIMIT
from bot.simulator.store import next_number

OK: Json = {"errcode": 0, "errmsg": "ok"}
REFUSALS = {
    40003: "invalid openid",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
}
MEDIA = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "music": "[音乐]", "wxcard": "[卡券]"}
FIRST_JOB_ID = 3_000_000_000_000_000_001
REPEAT_SECONDS = 600  # within these a client_msg_id is not sent twice
TYPING_SECONDS, TYPING_CONTACT = 15, 30


def send_custom(desk: Desk) -> Json:
    """A customer-service message, inside the person's windows only."""
    msgtype = desk.get_text("msgtype")
    if msgtype == "msgmenu" and not desk.platform.profile.service:
        raise ApiError(40200, "invalid account type")
    text = _custom_text(desk, msgtype)
    openid = desk.payload.get("touser")
    refusal = people.take_slot(desk.db, openid, desk.now)
    if refusal:
        raise ApiError(refusal, REFUSALS[refusal])
    ledger.record(desk.db, str(openid), desk.now, Kind.CUSTOMER, text)
    return OK


def _custom_text(desk: Desk, msgtype: str) -> str:
    if msgtype in MEDIA:
        return MEDIA[msgtype]
    if msgtype == "text":
        text = desk.get_text("text", "content")
    elif msgtype == "msgmenu":
        text = _menu_text(desk)
    elif msgtype == "news":
        text = _news_text(desk)
    else:
        raise ApiError(40008, "invalid message type")
    if not text:
        raise ApiError(44004, "empty content")
    if len(text.encode()) > TEXT_LIMIT:
        raise ApiError(45002, "content size out of limit")
    return text


def _menu_text(desk: Desk) -> str:
    menu = desk.payload.get("msgmenu")
    choices = menu.get("list") if isinstance(menu, dict) else None
    lines = [str(one.get("content", "")) for one in choices or [] if isinstance(one, dict)]
    return "\n".join(
        [desk.get_text("msgmenu", "head_content"), *lines, desk.get_text("msgmenu", "tail_content")]
    ).strip()


def _news_text(desk: Desk) -> str:
    news = desk.payload.get("news")
    articles = [
        one for one in (news.get("articles") if isinstance(news, dict) else None) or [] if isinstance(one, dict)
    ]
    if len(articles) > 1:
        raise ApiError(45008, "article size out of limit")
    return "\n".join(f"{one.get('title', '')}\n{one.get('description', '')}".strip() for one in articles)


def send_typing(desk: Desk) -> Json:
    """对方正在输入; needs a contact within 30 seconds, lasts 15."""
    openid, command = desk.payload.get("touser"), desk.get_text("command")
    person = people.find(desk.db, openid)
    if person is None:
        raise ApiError(40003, "invalid openid")
    if command not in ("Typing", "CancelTyping"):
        raise ApiError(45072, "invalid command")
    if desk.now - person["contact"] > TYPING_CONTACT:
        raise ApiError(45080, "no contact within 30 seconds")
    if command == "Typing" and desk.now < person["typing_until"]:
        raise ApiError(45081, "already typing")
    until = desk.now + TYPING_SECONDS if command == "Typing" else 0
    desk.db.execute("UPDATE person SET typing_until = ? WHERE openid = ?", (until, openid))
    return OK


def send_template(desk: Desk) -> Json:
    """Accepted is not delivered: TEMPLATESENDJOBFINISH tells, when the events are flushed."""
    template = desk.platform.templates.get(desk.get_text("template_id"))
    if template is None:
        raise ApiError(40037, "invalid template_id")
    openid = desk.get_text("touser")
    person = people.find(desk.db, openid)
    if person is None:
        raise ApiError(40003, "invalid openid")
    if not person["following"]:
        raise ApiError(43004, "require subscribe")
    fields = _template_values(template, desk.payload.get("data"))
    client_msg_id = desk.get_text("client_msg_id")
    before = _find_repeat(desk, openid, client_msg_id)
    if before is not None:
        return OK | {"msgid": before}
    job = next_number(desk.db, "job_id", FIRST_JOB_ID)
    if client_msg_id:
        remember = "INSERT OR REPLACE INTO template_sent VALUES (?, ?, ?, ?)"
        desk.db.execute(remember, (openid, client_msg_id, desk.now, job))
    _deliver_template(desk, template, openid, person["outcome"], fields, job)
    return OK | {"msgid": job}


def _deliver_template(
    desk: Desk, template: Template, openid: str, outcome: str, fields: list[tuple[str, str]], job: int
) -> None:
    if outcome == "success":
        text = "\n".join(f"{label}：{value}" for label, value in fields)
        url = desk.get_text("url")
        ledger.record(desk.db, openid, desk.now, Kind.TEMPLATE, text, title=template.title, fields=fields, url=url)
    queue_event(desk.db, openid, "TEMPLATESENDJOBFINISH", {"MsgID": job, "Status": outcome})


def _template_values(template: Template, data: object) -> list[tuple[str, str]]:
    values = data if isinstance(data, dict) else {}
    return [(label, shown_value(name, values.get(name))) for name, label in template.labels.items()]


def _find_repeat(desk: Desk, openid: str, client_msg_id: str) -> int | None:
    if not client_msg_id:
        return None
    row = desk.db.execute(
        "SELECT msgid FROM template_sent WHERE openid = ? AND client_msg_id = ? AND at BETWEEN ? AND ?",
        (openid, client_msg_id, desk.now - REPEAT_SECONDS, desk.now),
    ).fetchone()
    return row["msgid"] if row else None
