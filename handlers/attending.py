"""参加 and 不参加: numbers for the one who caters."""

from bot.talk import Talk

talk = Talk("attending", "报名")
