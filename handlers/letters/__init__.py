"""园长信箱 and 匿名信箱: letters to the leadership, and their answers."""

from bot.talk import Talk

talk = Talk("letters", "来信")
