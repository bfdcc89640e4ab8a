"""One request and its answer, over HTTP with the standard library: no redirects, no proxies, everything bounded."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from emulator.conformance.disagreement import Disagreement, NotPrepared

RETRIES_MAX = 4  # of a call that is answered with 429
RETRY_WAIT_S = 20.0
RETRY_WAIT_S_MAX = 60.0
TIMEOUT_S = 30.0
WIX_PAUSE_S = 0.35  # stays under Wix's 200 calls a minute (R213)
_ANSWER_BYTES_MAX = 32 * 1024 * 1024
_TOO_MANY = 429
_OF_ANY_CALL = (401, 403, _TOO_MANY)
_FAILURE = 500


class NoAnswer(Exception):  # noqa: N818 - the network's doing, not an error of ours
    """The server cannot be reached, or has broken off."""


@dataclass(frozen=True)
class Request:
    """What is asked. A body in bytes is sent as it is, any other as JSON. Preparation is not what a check is about."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_preparation: bool = False

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        return self.body if self.body is None or isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case. Whatever a check looks for and does not find is a disagreement."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    def fit(self, *expected: int) -> "Answer":
        """The answer, if it is about what was asked, or of an expected status.

        Raises NotPrepared for one that any call could get: no sign-in, no permission, too many calls, a failure.
        """
        if self.status not in expected and (self.status in _OF_ANY_CALL or self.status >= _FAILURE):
            raise NotPrepared(self.described())
        return self

    def ok(self) -> "Answer":
        """The answer, if it is a success. Raises Disagreement, NotPrepared."""
        if self.fit().status != 200:
            raise Disagreement("HTTP 200", self.described())
        return self

    def at(self, *steps: str | int) -> Any:
        """What the body has there. Raises Disagreement if it has nothing."""
        value = self.json
        for depth, step in enumerate(steps, start=1):
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                raise Disagreement(_written(steps[:depth]), f"none in {self.described()}") from None
        return value

    @property
    def code(self) -> str | None:
        """The code of its application error."""
        try:
            return str(self.json["details"]["applicationError"]["code"])
        except (KeyError, TypeError):
            return None

    @property
    def violations(self) -> Mapping[str, str]:
        """What its validation error complains of: the violated rule by field."""
        try:
            found = self.json["details"]["validationError"]["fieldViolations"]
            return {str(one["field"]): str(one.get("violatedRule", "")) for one in found}
        except (KeyError, TypeError, AttributeError):
            return {}

    def described(self) -> str:
        """The answer in a few words."""
        return f"HTTP {self.status} {self.code or self._outline()}".strip()

    def _outline(self) -> str:
        if self.violations:
            return f"with violations of {', '.join(field or 'the body' for field in self.violations)}"
        if isinstance(self.json, dict):
            return f"with {', '.join(map(str, self.json)) or 'nothing in it'}"
        return self.content[:100].decode(errors="replace")


# How a request gets to the server.
Transport = Callable[[Request], Answer]


class Connection:
    """Asks one server, not faster than it is told, and again after a while where it answers 429. Raises NoAnswer."""

    def __init__(
        self,
        base_url: str,
        *,
        pause_s: float = 0.0,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(base_url)
        self._base_url = base_url
        self._host, self._port, self._prefix = parts.hostname or "", parts.port, parts.path.rstrip("/")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._pause_s, self._timeout_s, self._sleep = pause_s, timeout_s, sleep

    def __call__(self, request: Request) -> Answer:
        """The answer; the last one if all are 429."""
        answer = self._once(request)
        for _ in range(RETRIES_MAX):
            if answer.status != _TOO_MANY:
                break
            self._sleep(retry_wait_s(answer))
            answer = self._once(request)
        return answer

    def _once(self, request: Request) -> Answer:
        if self._pause_s:
            self._sleep(self._pause_s)
        connection = self._kind(self._host, self._port, timeout=self._timeout_s)
        try:
            connection.request(request.method, self._prefix + request.path, request.content, dict(request.headers))
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read(_ANSWER_BYTES_MAX))
        except (OSError, HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise NoAnswer(f"{self._base_url} does not answer {request.method} {request.path} ({reason})") from None
        finally:
            connection.close()


def retry_wait_s(answer: Answer) -> float:
    """How long to wait after a 429: what it asks for, within bounds."""
    try:
        asked = float(answer.headers.get("retry-after", ""))
    except ValueError:
        return RETRY_WAIT_S
    return min(max(asked, 0.0), RETRY_WAIT_S_MAX)


def _written(steps: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
