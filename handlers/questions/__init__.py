"""转给书记: questions that found no answer, and what 书记 answered."""

from bot.talk import Talk

talk = Talk("questions", "问书记")
