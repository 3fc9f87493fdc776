"""The console as one Blueprint under /console: the door, the rooms behind it, files by link, and static files."""

from typing import NoReturn

from flask import Blueprint, abort

from handlers.console import door, files, rooms
from handlers.console.guard import protect

pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static",
                  static_url_path="/static")
protect(pages)
pages.register_blueprint(door.blueprint)
pages.register_blueprint(rooms.blueprint)
pages.register_blueprint(files.blueprint)


@pages.route("/<path:_rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing(_rest: str) -> NoReturn:
    """What is not there is answered in the console's manner."""
    abort(404)
