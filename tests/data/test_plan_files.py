"""Plans as files: encodings, Word documents with tables and automatic numbers; and what is refused, in one sentence."""

import io
import time
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from data.plan_reader import NotAPlan, read_plan, read_plan_file

SEED = (Path(__file__).parents[2] / "data" / "seed" / "2017-plan.txt").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_a_text_file_may_come_in_any_usual_encoding(tmp_path, encoding):
    path = tmp_path / "计划.txt"
    path.write_bytes(SEED.replace("\n", "\r\n").encode(encoding))
    assert read_plan_file(path) == read_plan(SEED)


def save(document, folder: Path) -> Path:
    path = folder / "计划.docx"
    document.save(path)
    return path


def test_a_word_file_is_read_in_document_order_with_its_table(tmp_path):
    document = docx.Document()
    document.add_paragraph("2024年启明幼儿园党支部工作计划", style="Title")
    document.add_heading("指导思想", level=1)
    document.add_paragraph("加强党员教育，开展主题活动。")
    document.add_paragraph("附：2024年活动安排表")
    table = document.add_table(rows=1, cols=4)
    for cell, name in zip(table.rows[0].cells, ("序号", "月份", "活动内容", "负责人"), strict=True):
        cell.text = name
    rows = (("1", "3", "学雷锋\n主题党日", "甲"), ("2", "4", "3.8元购书；4.20读书会", "乙"), ("3", "", "缴党费", "乙"))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    table.cell(2, 1).merge(table.cell(3, 1))
    document.add_paragraph("总之，我们将认真完成各项工作。")
    plan = read_plan_file(save(document, tmp_path))
    assert plan.title == "2024年启明幼儿园党支部工作计划"
    assert [(block.months, [entry.text for entry in block.entries]) for block in plan.calendar] == [
        ((3,), ["学雷锋", "主题党日"]), ((4,), ["3.8元购书", "4.20读书会", "缴党费"])]
    assert [entry.date for entry in plan.calendar[1].entries] == [None, "2024-04-20", None]
    assert [one.title for one in plan.sections] == ["指导思想", "附：2024年活动安排表", ""]


def number(paragraph, level: int) -> None:
    """What Word writes for an automatically numbered paragraph."""
    shape = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    shape.get_or_add_ilvl().val, shape.get_or_add_numId().val = level, 77


def test_numbers_that_word_counts_itself_are_read_as_shown(tmp_path):
    document = docx.Document()
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "77")
    for level, (shape, text) in enumerate((("chineseCounting", "%1、"), ("decimal", "%2."))):
        made = OxmlElement("w:lvl")
        made.set(qn("w:ilvl"), str(level))
        for tag, value in (("w:start", "1"), ("w:numFmt", shape), ("w:lvlText", text)):
            made.append(part := OxmlElement(tag))
            part.set(qn("w:val"), value)
        abstract.append(made)
    numbering.insert(0, abstract)
    made = OxmlElement("w:num")
    made.set(qn("w:numId"), "77")
    made.append(part := OxmlElement("w:abstractNumId"))
    part.set(qn("w:val"), "77")
    numbering.append(made)
    document.add_paragraph("2024年党支部工作计划")
    for text, level in (("工作目标", 0), ("加强学习。", 1), ("开展活动。", 1), ("具体工作", 0), ("组织培训。", 1)):
        number(document.add_paragraph(text), level)
    plan = read_plan_file(save(document, tmp_path))
    assert [(one.number, one.title, [child.number for child in one.children]) for one in plan.sections] == [
        ("一", "工作目标", ["1", "2"]), ("二", "具体工作", ["1"])]


NOVEL = "第一章 归来\n" + "夜色渐深，他推开那扇旧门，月光落在窗台上。三月的风还很冷。\n" * 30
RECIPE = "红烧肉的家常做法\n一、食材准备\n1．五花肉500克。\n2．冰糖30克。\n二、步骤\n1．焯水。\n2．小火炖一小时。"
ROSTER = "2017年党员名册\n姓名,工号,身份\n张三,101,党员\n李四,102,教师\n"
SUMMARY = "2016年党建工作总结\n一、加强学习\n组织党员学习活动12次。\n二、加强组织建设\n召开支部会议，开展教育活动。"


@pytest.mark.parametrize(("text", "says"), [
    (NOVEL, "不像工作计划"), (RECIPE, "不像工作计划"), (ROSTER, "名册"), (SUMMARY, "总结"),
    ("", "空的"), (" \n\t\n", "空的"), ("计划", "不像工作计划"), ("逃亡计划\n" + NOVEL, "不像工作计划"),
    ("三月\n" * 30_000, "太长"),
], ids=["novel", "recipe", "roster", "summary", "empty", "blank", "one word", "novel called a plan", "endless"])
def test_what_is_no_plan_is_refused_in_one_sentence_that_says_what_to_hand_in(text, says):
    with pytest.raises(NotAPlan) as refused:
        read_plan(text)
    assert says in str(refused.value)
    assert "请" in str(refused.value)


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(("name", "content", "says"), [
    ("计划.pdf", b"%PDF-1.4", ".pdf"), ("计划.doc", b"\xd0\xcf\x11\xe0", "另存为"), ("计划.docm", b"PK", "宏"),
    ("计划.docx", b"PK\x03\x04 broken", "打不开"), ("计划.docx", zipped(a=b"text"), "打不开"),
    ("计划.docx", zipped(a=bytes(201 << 20)), "解开后太大"), ("计划.txt", bytes(range(256)) * 40, "不是文字"),
    ("计划.txt", b"", "空的"), ("计划.txt", b"a" * (30 << 20) + b"a", "30MB"), ("计划", b"text", ".docx"),
], ids=["pdf", "old word", "macros", "half a zip", "no document", "bomb", "binary", "empty", "too large", "no ending"])
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NotAPlan, match=says):
        read_plan_file(path)


def test_a_missing_file_is_refused_too(tmp_path):
    with pytest.raises(NotAPlan, match="打不开"):
        read_plan_file(tmp_path / "没有.txt")


PLAN = "2024年党支部工作计划\n一、工作目标\n加强党员学习。\n二、工作安排\n三月份\n1．主题党日。\n四月份\n1．自学。\n"


def test_a_text_cut_in_the_middle_of_a_character_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "计划.txt"
    path.write_bytes((PLAN + "2．召开支部委员会。\n3．开展义务植树和结对帮扶活动以及其他").encode("gbk")[:-1])
    plan = read_plan_file(path)
    assert [len(block.entries) for block in plan.calendar] == [1, 3]
    assert any("没有写完" in warning for warning in plan.warnings)


def pdf(*lines: str) -> bytes:
    """A .pdf of one page whose text is in a font that every reader has."""
    text = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td " for line in lines)
    stream = f"BT /F 12 Tf 60 760 Td {text} ET".encode()
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
             b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
             b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
             b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
             b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 7 0 R"
             b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>",
             b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0"
             b"/Ascent 880/Descent -120/CapHeight 700/StemV 80>>"]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 8/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 8\n0000000000 65535 f \n" + table + end


def test_a_pdf_with_text_is_read_and_one_without_is_refused(tmp_path):
    path = tmp_path / "计划.pdf"
    path.write_bytes(pdf(*PLAN.split("\n")))
    assert read_plan_file(path).calendar == read_plan(PLAN).calendar
    path.write_bytes(pdf())
    with pytest.raises(NotAPlan, match="扫描件"):
        read_plan_file(path)


def test_a_text_that_is_really_a_pdf_or_an_old_word_file_says_so(tmp_path):
    path = tmp_path / "计划.txt"
    path.write_bytes(pdf(*PLAN.split("\n")))
    assert read_plan_file(path).title == "2024年党支部工作计划"
    path = tmp_path / "计划.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(1000))
    with pytest.raises(NotAPlan, match="密码"):
        read_plan_file(path)


def test_a_document_with_macros_inside_is_refused(tmp_path):
    path = tmp_path / "计划.docx"
    path.write_bytes(zipped(**{"word/vbaProject.bin": b"x"}))
    with pytest.raises(NotAPlan, match="宏"):
        read_plan_file(path)


def test_fifty_pages_of_word_take_less_than_two_seconds(tmp_path):
    document = docx.Document()
    document.add_paragraph("2024年党支部工作计划")
    for number in range(1, 1001):
        document.add_paragraph(f"{number % 90 + 1}．{'坚持每月组织一次集中学习，每名党员每季度撰写一篇心得体会。' * 2}")
    table = document.add_table(rows=1, cols=3)
    for cell, name in zip(table.rows[0].cells, ("月份", "活动内容", "负责人"), strict=True):
        cell.text = name
    for month in range(1, 13):
        for cell, text in zip(table.add_row().cells, (f"{month}月", "主题党日", "甲"), strict=True):
            cell.text = text
    path = save(document, tmp_path)
    begun = time.perf_counter()
    plan = read_plan_file(path)
    assert time.perf_counter() - begun < 2
    assert sum(len(block.entries) for block in plan.calendar) == 12
