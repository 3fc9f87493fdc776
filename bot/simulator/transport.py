"""How a push travels to the webhook: over HTTP, or straight into a WSGI application in tests and benchmarks.

Knows nothing of signatures or replies. Start at http_webhook().
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import requests
from werkzeug.test import Client

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Answer = tuple[int, bytes, str]
Webhook = Callable[[str, str, bytes], Answer]

PATIENCE = 5  # seconds that the platform waits for a connection and again for an answer
LARGEST_ANSWER = 1 << 20


class NoAnswer(Exception):
    """The webhook could not be reached in time; the text says how."""


def http_webhook(base_url: str, patience: float = PATIENCE) -> Webhook:
    """Post to a server at `base_url`, waiting as long as the platform does. The function raises NoAnswer."""

    def post(method: str, path: str, body: bytes) -> Answer:
        with requests.Session() as session:
            session.trust_env = False  # a proxy meant for the internet must not stand between two local servers
            try:
                answer = session.request(
                    method,
                    base_url.rstrip("/") + path,
                    data=body,
                    headers={"Content-Type": "text/xml"},
                    timeout=(patience, patience),
                    allow_redirects=False,
                )
            except requests.RequestException as trouble:
                raise NoAnswer(type(trouble).__name__) from trouble
            return answer.status_code, answer.content[:LARGEST_ANSWER], answer.headers.get("Content-Type", "")

    return post


def wsgi_webhook(application: "WSGIApplication") -> Webhook:
    """Call the application in this process, without a socket."""

    def post(method: str, path: str, body: bytes) -> Answer:
        answer = Client(application).open(path, method=method, data=body, content_type="text/xml")
        return answer.status_code, answer.data, answer.headers.get("Content-Type", "")

    return post
