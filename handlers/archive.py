"""我的档案: all of one's own in one place, and only one's own."""

from bot.talk import Talk

talk = Talk("archive", "我的档案")
