"""日历订阅: a secret address that a phone's calendar reads."""

from bot.talk import Talk

talk = Talk("calendar", "日历")
