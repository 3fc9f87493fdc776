"""导出: attendance, dues, roster and study as .xlsx, behind a one-time link.

Letters, anonymous or signed, and reasons of leave are never exported. Start at hear.py (what is asked for);
files.py (what the page of the link gives), workbook.py (how the file looks).
"""

from handlers.export.hear import talk

__all__ = ["talk"]
