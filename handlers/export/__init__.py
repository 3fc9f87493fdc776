"""导出: attendance, dues, roster and study as .xlsx, behind a one-time link."""

from bot.talk import Talk

talk = Talk("export", "导出")
