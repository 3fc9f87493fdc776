"""登录后台: the secretary's web console, entered by a one-time link."""

from bot.talk import Talk

talk = Talk("console", "后台")
