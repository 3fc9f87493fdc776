"""The text of a plan out of its file: .txt and .md in any usual encoding, .docx, .pdf, and .doc where LibreOffice is.

Never keeps or changes the file. Everything that is wrong with one becomes NotAPlan. Start at read_plan_file().
"""

import codecs
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from data.plan_reader.model import NotAPlan, PlanDocument
from data.plan_reader.reader import read_plan

MOST_BYTES = 30 * 1024 * 1024
MOST_UNPACKED_BYTES = 200 * 1024 * 1024  # a .docx is a zip file; one that unpacks to more is a bomb
MOST_XML_BYTES = 40 * 1024 * 1024  # the text itself: a thousand pages have a tenth of it
CONVERTING_SECONDS = 60
_KINDS = ".docx、.pdf、.txt 或 .md"
_TEXT = (".txt", ".md", ".markdown")
_MACROS = (".docm", ".dotm", ".xlsm")
_OLD_WORD = b"\xd0\xcf\x11\xe0"


def read_plan_file(path: Path, year: int | None = None, which: int | None = None) -> PlanDocument:
    """Reads a plan; `year` wins over the year printed, `which` chooses one of several. Raises NotAPlan."""
    return read_plan(text_of_file(path), year, which)


def text_of_file(path: Path) -> str:
    """The text of a file, which read_plan() understands. Raises NotAPlan for what is no text document."""
    ending = path.suffix.lower()
    if ending in _MACROS:
        raise NotAPlan(f"这是带宏的文件（{ending}），为了安全不读；请在 Word 里另存为 .docx 后再交。")
    if ending not in (*_TEXT, ".docx", ".pdf", ".doc"):
        raise NotAPlan(f"读不了“{ending or path.name}”这种文件；请交 {_KINDS} 格式的工作计划。")
    content = _read_bytes(path)
    if ending == ".pdf" or content.startswith(b"%PDF-"):
        return _text_of_pdf(content)
    if ending == ".doc":
        return _text_of_doc(content)
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
        raise NotAPlan(f"文件是空的；请交写有内容的年度工作计划（{_KINDS}）。")
    return content


def text_of_bytes(content: bytes) -> str:
    """Text in UTF-8 (with or without BOM), UTF-16 or GBK. Raises NotAPlan for bytes that are no text."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text[:20_000]):
            return text
    cut = _without_cut_end(content)
    if cut is not None:
        return cut
    raise NotAPlan(f"文件里不是文字；请交 {_KINDS} 格式的工作计划。")


def _is_text(text: str) -> bool:
    """Whether hardly a character is a control sign or from where no Chinese plan has any."""
    strange = re.findall(r"[\x00-\x08\x0e-\x1f\ufffe\uffff\ue000-\uf8ff]", text)
    return len(strange) <= len(text) // 500


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\x00" in content[:2000]:  # only UTF-16 text has zero bytes: line ends and digits have one each
        first = content[:2000:2].count(0)  # the high byte of those comes first in big-endian text
        return ("utf-16-be", "utf-16-le") if first > content[1:2000:2].count(0) else ("utf-16-le", "utf-16-be")
    return ("utf-8-sig", "gb18030")


def _without_cut_end(content: bytes) -> str | None:
    """A text file cut in the middle of a character, as far as it goes."""
    for encoding in _encodings(content):
        for length in range(1, 4):
            try:
                text = content[:-length].decode(encoding)
            except UnicodeDecodeError:
                continue
            if len(text) > 30 and _is_text(text[:20_000]):
                return text
    return None


def _text_of_docx(content: bytes) -> str:
    if content.startswith(_OLD_WORD):
        raise NotAPlan("这个 .docx 文件加了密码，或其实是旧版 Word 文件；请去掉密码、另存为 .docx 后再交。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive)
        from data.plan_reader.docx_text import text_of_docx  # python-docx is slow to load, and rarely needed

        return text_of_docx(io.BytesIO(content))
    except NotAPlan:
        raise
    except Exception as error:  # a damaged file breaks zip, XML and python-docx in more ways than can be listed
        raise NotAPlan("这个 .docx 文件打不开，可能损坏或加了密码；请在 Word 里重新另存后再交。") from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    xml = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES or xml > MOST_XML_BYTES or len(parts) > 5000:
        raise NotAPlan("这个 .docx 文件解开后太大，不像一份工作计划；请只交计划本身，去掉图片。")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise NotAPlan("这个文件里有宏，为了安全不读；请在 Word 里另存为不带宏的 .docx 后再交。")


def _text_of_pdf(content: bytes) -> str:
    try:
        from data.plan_reader.pdf_text import text_of_pdf  # pdfminer is slow to load, and rarely needed

        text = text_of_pdf(io.BytesIO(content))
    except NotAPlan:
        raise
    except Exception as error:  # the same of a damaged .pdf
        raise NotAPlan("这个 .pdf 文件打不开，可能损坏或加了密码；请重新导出，或交 Word 文件。") from error
    if len(re.findall(r"\w", text)) < 20:
        raise NotAPlan("这个 .pdf 里没有文字（多半是扫描件）；请交 Word 文件或带文字的 PDF。")
    return text


def _text_of_doc(content: bytes) -> str:
    """An old Word file through LibreOffice. Raises NotAPlan where that is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise NotAPlan("这是旧版 Word 文件（.doc）；请在 Word 里另存为 .docx 后再交。")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "plan.doc"
        source.write_bytes(content)
        command = [program, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile",
                   "--convert-to", "docx", "--outdir", folder, str(source)]
        try:
            subprocess.run(command, check=True,  # noqa: S603 - the program is ours, its only argument our own file
                           capture_output=True, timeout=CONVERTING_SECONDS)
            made = source.with_suffix(".docx").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise NotAPlan("这个 .doc 文件转换不了；请在 Word 里另存为 .docx 后再交。") from error
    return _text_of_docx(made)
