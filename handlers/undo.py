"""撤销: takes back one's own last change within ten minutes, or says why it cannot."""

from bot.talk import Talk

talk = Talk("undo", "撤销")
