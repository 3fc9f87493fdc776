"""名册: who is in the branch, for those who may ask."""

from bot.talk import Talk

talk = Talk("members", "名册")
