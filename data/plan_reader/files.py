"""The text of a plan out of its file: .txt and .md in any usual encoding, .docx in document order.

Never keeps or changes the file. Everything that is wrong with one becomes NotAPlan. Start at read_plan_file().
"""

import codecs
import io
import re
import zipfile
from pathlib import Path

from data.plan_reader.model import NotAPlan, PlanDocument
from data.plan_reader.reader import read_plan

MOST_BYTES = 30 * 1024 * 1024
MOST_UNPACKED_BYTES = 200 * 1024 * 1024  # a .docx is a zip file; one that unpacks to more is a bomb
_TEXT = (".txt", ".md")


def read_plan_file(path: Path, year: int | None = None) -> PlanDocument:
    """Reads a plan from .txt, .md or .docx; `year` wins over the year printed. Raises NotAPlan for anything else."""
    return read_plan(text_of_file(path), year)


def text_of_file(path: Path) -> str:
    """The text of a .txt, .md or .docx file, which read_plan() understands. Raises NotAPlan for anything else."""
    ending = path.suffix.lower()
    if ending == ".doc":
        raise NotAPlan("这是旧版 Word 文件（.doc）；请在 Word 里另存为 .docx 后再交。")
    if ending not in (*_TEXT, ".docx"):
        raise NotAPlan(f"读不了“{ending or path.name}”这种文件；请交 .docx、.txt 或 .md 格式的工作计划。")
    content = _read_bytes(path)
    return text_of_bytes(content) if ending in _TEXT else _text_of_docx(content)


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotAPlan(f"打不开文件“{path.name}”；请核对路径和权限。") from error
    if len(content) > MOST_BYTES:
        raise NotAPlan("文件超过30MB，不像一份工作计划；请只交计划本身，去掉图片。")
    if not content:
        raise NotAPlan("文件是空的；请交写有内容的年度工作计划（.docx、.txt 或 .md）。")
    return content


def text_of_bytes(content: bytes) -> str:
    """Text in UTF-8 (with or without BOM), UTF-16 or GBK. Raises NotAPlan for bytes that are no text."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(re.findall(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]", text[:20_000])) <= len(text[:20_000]) // 500:
            return text
    raise NotAPlan("文件里不是文字；请交 .docx、.txt 或 .md 格式的工作计划。")


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\x00" in content[:2000]:  # only UTF-16 text has zero bytes: line ends and digits have one each
        return ("utf-16-le", "utf-16-be")
    return ("utf-8-sig", "gb18030")


def _text_of_docx(content: bytes) -> str:
    broken = NotAPlan("这个 .docx 文件打不开，可能损坏或加了密码；请在 Word 里重新另存后再交。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise NotAPlan("这个 .docx 文件解开后太大，不像一份工作计划；请只交计划本身，去掉图片。")
        from data.plan_reader.docx_text import text_of_docx  # python-docx is slow to load, and rarely needed

        return text_of_docx(io.BytesIO(content))
    except NotAPlan:
        raise
    except Exception as error:  # a damaged file breaks zip, XML and python-docx in more ways than can be listed
        raise broken from error
