"""The API side of the simulated platform, under /cgi-bin/: HTTP 200 with an errcode, as the real one answers.

Never reaches into the bot. Start at blueprint.api_blueprint.
"""

from bot.simulator.api.blueprint import api_blueprint

__all__ = ["api_blueprint"]
