"""The way out to the platform: pushes and the menu, with one token for all, time limits, and answers as values.

The one module that knows wechatpy's client, whose faults (protocol part 4) stay in here. Token and secret never
reach a log line or an error. Start at Gateway, then HttpGateway.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

import requests
from urllib3.exceptions import NewConnectionError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.clock import wall as machine_time
from bot.settings import Settings
from bot.shared import SharedStore, StoreDown
from bot.wechat.reactions import (
    BUSY,
    HOUR,
    MINUTE,
    STALE_TOKEN,
    TOKEN_REACTIONS,
    Effect,
    Refused,
    Result,
    Retry,
    Sent,
    Wait,
    reaction_to,
)
from bot.wechat.tokens import Fetched, NoToken, Tokens

__all__ = ["HOUR", "MINUTE", "Effect", "Gateway", "HttpGateway", "Refused", "Result", "Retry", "Sent", "Wait"]

TIMEOUTS = (3, 8)  # seconds to connect, and to wait for each piece of the answer
JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
UNREADABLE = Retry(2, "微信平台的应答无法识别", ambiguous=True)

log = logging.getLogger(__name__)


class Gateway(Protocol):
    """What the bot asks of the platform. Results are values, nothing is raised for what the platform does."""

    def send_text(self, openid: str, text: str) -> Result:
        """A customer-service text message."""

    def send_template(self, openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> Result:
        """A template message; repeated with the same client_msg_id within 10 minutes it is shown once."""

    def create_menu(self, menu: Mapping[str, object]) -> Result:
        """Make this the account's custom menu, in the platform's own form."""

    def check(self) -> Result:
        """Whether the account can be used at all: address, AppID, secret, whitelist."""


class _Trouble(Exception):
    """Ends a call early with its result; never leaves this module."""

    def __init__(self, result: Result) -> None:
        super().__init__(type(result).__name__)
        self.result = result


class HttpGateway:
    """The gateway over HTTP. Share one among threads; each gets its own connection.

    `make_session` gives a requests session per thread; tests let it lead to a platform in the same process.
    """

    def __init__(self, settings: Settings, store: SharedStore,
                 make_session: Callable[[], requests.Session] = requests.Session,
                 wall: Callable[[], datetime] = machine_time) -> None:
        # Its debug lines carry whole addresses, and the token is part of them.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
        self._client = _Client(settings, store, make_session, wall)

    def send_text(self, openid: str, text: str) -> Result:
        return self._call(lambda: self._client.message.send_text(openid, text))

    def send_template(self, openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> Result:
        body = {"touser": openid, "template_id": template_id, "client_msg_id": client_msg_id,
                "data": {name: {"value": value} for name, value in data.items()}}
        # wechatpy's own method for templates cannot pass a client_msg_id.
        return self._call(lambda: self._client.post("message/template/send", data=body))

    def create_menu(self, menu: Mapping[str, object]) -> Result:
        return self._call(lambda: self._client.menu.create(dict(menu)))

    def check(self) -> Result:
        return self._call(self._client.prove_access)

    def _call(self, ask: Callable[[], Mapping[str, Any]]) -> Result:
        try:
            return Sent(str(ask().get("msgid", "")))
        except _Trouble as trouble:
            result = trouble.result
        except WeChatClientException as refused:
            result = reaction_to(refused.errcode)
        except NoToken:
            result = Wait(2, "正在等待公众号的访问凭证")
        except StoreDown:
            result = Wait(5, "暂时取不到公众号的访问凭证")
        level = logging.ERROR if isinstance(result, Refused) and result.effect in _ALARMING else logging.INFO
        log.log(level, "push_not_taken", extra={"outcome": type(result).__name__.lower(),
                                                "errcode": getattr(result, "errcode", None)})
        return result


_ALARMING = frozenset({Effect.STOP, Effect.CHANNEL_CLOSED, Effect.BUG})


class _Client(WeChatClient):
    """wechatpy's client with its transport and token handling replaced; its API classes and error parsing stay."""

    def __init__(self, settings: Settings, store: SharedStore, make_session: Callable[[], requests.Session],
                 wall: Callable[[], datetime]) -> None:
        super().__init__(settings.app_id, settings.app_secret, timeout=TIMEOUTS, auto_retry=False)
        self._base = f"{settings.api_base}/cgi-bin/"
        self._tokens = Tokens(store, settings.app_id, self._fetch, wall)
        self._make_session = make_session
        self._local = threading.local()

    @property
    def access_token(self) -> str:
        return self._tokens.current()

    def prove_access(self) -> dict[str, Any]:
        """Get a token, which takes the right address, AppID, secret and whitelist."""
        return {"errcode": 0} if self._tokens.current() else {}

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> dict[str, Any]:
        """One API call; once more with another token when the platform does not take this one."""
        body, process = kwargs.get("data"), kwargs.get("result_processor")
        token = self._tokens.current()
        try:
            answer = self._exchange(method, url_or_endpoint, body, token)
        except WeChatClientException as refused:
            if refused.errcode not in STALE_TOKEN:
                raise
            answer = self._exchange(method, url_or_endpoint, body, self._tokens.after_refusal(token))
        if "errcode" not in answer:
            raise _Trouble(UNREADABLE)
        return process(answer) if process else answer

    def _exchange(self, method: str, endpoint: str, body: Any, token: str = "") -> dict[str, Any]:
        """Send and read JSON. Raises _Trouble for the network's faults, WeChatClientException for a return code."""
        payload = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        query = f"?{urlencode({'access_token': token})}" if token else ""
        try:
            response = self._way().send(method.upper(), f"{self._base}{endpoint}{query}", payload)
        except requests.RequestException as error:
            raise _Trouble(_network_fault(error)) from None
        if response.status_code >= 500:
            raise _Trouble(Retry(2, f"微信平台出错（HTTP {response.status_code}）", ambiguous=True))
        if response.status_code != 200:
            raise _Trouble(Retry(10, f"微信平台的地址没有正常应答（HTTP {response.status_code}）"))
        answer = self._decode_result(response)
        if not isinstance(answer, dict) or not isinstance(answer.get("errcode", 0), int):
            raise _Trouble(UNREADABLE)
        if answer.get("errcode"):
            # Without request and response, which carry the token.
            raise WeChatClientException(answer["errcode"], "", client=None)
        return answer

    def _fetch(self, force: bool) -> Fetched:
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret, "force_refresh": force}
        try:
            answer = self._exchange("POST", "stable_token", body)
            return Fetched(str(answer["access_token"]), float(answer["expires_in"]))
        except _Trouble as trouble:
            # Whatever happened to this call, no message has been sent.
            why = getattr(trouble.result, "why", BUSY.why)
            raise _Trouble(Wait(2, why)) from None
        except WeChatClientException as refused:
            raise _Trouble(reaction_to(refused.errcode, TOKEN_REACTIONS)) from None
        except (KeyError, TypeError, ValueError):
            raise _Trouble(Wait(5, "微信平台没有给出访问凭证")) from None

    def _way(self) -> "_Way":
        """This thread's own way out."""
        if not hasattr(self._local, "way"):
            self._local.way = _Way(self._make_session(), self._base)
        return self._local.way


class _Way:
    """One thread's connection: proxies, certificates and headers are found once, for that costs as much as a call."""

    def __init__(self, session: requests.Session, base: str) -> None:
        self._options = session.merge_environment_settings(base, {}, False, None, None)
        self._blank = session.prepare_request(requests.Request("POST", base, headers=JSON_HEADERS))
        self._adapter = session.get_adapter(base)

    def send(self, method: str, url: str, payload: bytes | None) -> requests.Response:
        """The whole answer, redirects not followed. Raises requests.RequestException."""
        request = self._blank.copy()
        request.method, request.url = method, url
        request.prepare_body(payload, None)
        response = self._adapter.send(request, timeout=TIMEOUTS, **self._options)
        _ = response.content  # read here, where a broken connection is expected
        return response


def _network_fault(error: requests.RequestException) -> Result:
    """Ambiguous unless it is certain that nothing has left this machine."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason):
        return Wait(MINUTE, "微信平台的证书无法核实，请维护人员检查网络")
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError) or \
            isinstance(reason, NewConnectionError):
        return Wait(1, "连不上微信平台")
    if isinstance(error, requests.Timeout):
        return Retry(1, "微信平台没有及时应答", ambiguous=True)
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError
                  | requests.exceptions.ContentDecodingError):
        return Retry(1, "与微信平台的连接中断", ambiguous=True)
    return Wait(10, "微信平台的地址有误，请维护人员核对")
