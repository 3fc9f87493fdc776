"""What stands in a plan's text and is none of it: page numbers, web pages' menus and links, front matter, residue.

Yes-or-no questions about single lines. Start at is_furniture().
"""

import re

RESIDUE = re.compile(r"\[bookmark:[^\]\n]{0,60}\]|\[(?:toc|image|图片)\]|\[页眉页脚: [^\n]{0,120}\]$",
                     re.IGNORECASE | re.MULTILINE)
INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\ufffe\uffff\x00-\x08\x0e-\x1f\x7f\xad]")
_PAGE = re.compile(r"(?:第\s{0,3}\d{1,4}\s{0,3}页.{0,12}|[-—–\s]{0,6}\d{1,4}[-—–\s]{0,6}|[-—–=_*·~～\s]{3,200}"
                   r"|\d{1,3}\s?/\s?\d{1,3})")
_CONTENTS = re.compile(r".{2,40}?(?:[.．…·]{4,}|…{2,})\s?\d{1,3}")
_WEB = re.compile(
    r"(?:您?(?:现在|当前|目前)?(?:的|所在)?位置\s?[：:]|首页\s?[>›»→|/-]|返回首页)"
    r"|.{0,30}(?:来源|作者|编辑|发布者|发布人|点击|浏览|阅读)(?:次数|量|数)?\s?[：:].{0,60}"
    r"(?:来源|作者|编辑|发布|点击|浏览|阅读|时间|日期)(?:次数|量|数)?\s?[：:].{0,30}$"
    r"|(?:发布|发表|更新|添加)(?:时间|日期)\s?[：:]|(?:点击|浏览|阅读)(?:次数|量|数)?\s?[：:]\s?\d"
    r"|(?:文章)?(?:来源|作者|编辑|发布者|责任编辑|责编|校对|终审|初审|复审)\s?[：:].{0,20}$"
    r"|[（(]?(?:责任编辑|责编|编辑|来源)\s?[：:].{0,20}[）)]$"
    r"|[【\[]?(?:字体|字号)\s?[：:]?\s?[大小【\[]|[【\[]?(?:上|下)一[篇页条]|[【\[]?(?:打印|关闭|收藏|返回顶部|复制链接)"
    r"|(?:【.{2,40}】|.{0,6})(?:相关|推荐|热门|精彩|最新)(?:链接|文章|阅读|推荐|内容|资讯|范文|新闻)\s?[：:]?|猜你喜欢|延伸阅读|更多(?:相关|精彩|阅读)"
    r"|copyright|版权所有|©|.{0,20}ICP备|https?://\S+$|www\.\S+$|分享到?[：:]|扫一扫|微信扫|点击(?:下载|查看|展开)|展开全文"
    r"|.{0,6}本文(?:来源|来自|由|转自|地址|链接|标题)|以上(?:就)?是.{0,40}(?:全部内容|所有内容|分享|整理)"
    r"|.{0,12}(?:下载|查看)(?:全文|原文|本文|文档|word)", re.IGNORECASE)
_LINKS = re.compile(r"(?:【.{2,40}】|.{0,6})(?:相关|推荐|热门|精彩|最新)(?:链接|文章|阅读|推荐|内容|资讯|范文|新闻)\s?[：:]?|猜你喜欢|延伸阅读")
_LINK = re.compile(r"[^。；！]{4,40}(?:计划|总结|方案|要点|范文|心得|体会|报告|演讲稿|策划书?)(?:[（(].{1,12}[）)]|\d{0,2}篇)?")


def is_page_mark(line: str) -> bool:
    """A page number, a ruler, a line of a table of contents."""
    return bool(_PAGE.fullmatch(line) or _CONTENTS.fullmatch(line))


def is_web(line: str) -> bool:
    """A line of the web page around a plan that was copied from it."""
    return len(line) <= 120 and bool(_WEB.match(line))


def opens_links(line: str) -> bool:
    """Whether a list of other pages may follow: 相关文章："""
    return bool(_LINKS.fullmatch(line))


def is_link(line: str) -> bool:
    return bool(_LINK.fullmatch(re.sub(r"^[\d.、·•\-\s]{1,5}", "", line)))


def split_front_matter(text: str) -> tuple[str, str]:
    """(the rest, the block of settings between two rulers that Markdown files may begin with)."""
    found = re.match(r"\s*---[ \t]*\n((?:[\w-]{1,30}\s?:[^\n]*\n|[ \t]+[^\n]*\n){1,40})---[ \t]*\n", text)
    return (text[found.end():], found[1].strip()) if found else (text, "")
