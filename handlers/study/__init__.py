"""自学: what people say they have read, and what the others may see of it."""

from bot.talk import Talk

talk = Talk("study", "自学")
