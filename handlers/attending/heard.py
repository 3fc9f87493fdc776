"""What people and officers both need when they speak of 报名: the Talk."""

from bot.talk import Talk

talk = Talk("attending", "报名")
