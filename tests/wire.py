"""The wire from the bot's gateway to the simulated platform inside one process: real requests, no socket."""

import io

import requests
from flask import Flask
from requests.adapters import BaseAdapter
from werkzeug.test import Client

from bot.simulator.api import api_blueprint
from bot.simulator.platform import Platform


class InProcess(BaseAdapter):
    """Hands each request to the platform's WSGI application."""

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        app = Flask("platform")
        app.register_blueprint(api_blueprint(platform))
        self._app = app

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        answer = Client(self._app).open(request.path_url, method=request.method, data=request.body,
                                        headers=list(request.headers.items()))
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status_code, request.url, request
        response.headers.update(dict(answer.headers))
        response.raw = io.BytesIO(answer.data)
        return response

    def close(self) -> None:
        """Nothing is open."""


def in_process_session(platform: Platform) -> requests.Session:
    """A requests session whose every address is the platform."""
    session = requests.Session()
    adapter = InProcess(platform)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
