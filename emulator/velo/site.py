"""A Velo site as tests and the command line run it: its functions can be called, its events.js gets the events."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.request import ProxyHandler, Request, build_opener

from emulator.client import TOKEN_VARIABLE, Control
from emulator.domain.site_ids import DEFAULT_SITE_ID
from emulator.velo.node import MAIN, find_node

_STOP_TIMEOUT_S = 10
_CALL_TIMEOUT_S = 120


class VeloError(Exception):
    """What a function rejected with, or why it could not be called. `details` are those of a refusal."""

    def __init__(self, message: str, details: Mapping[str, Any] | None = None, stack: str = "") -> None:
        super().__init__(message)
        self.details = details
        self.stack = stack


@dataclass(frozen=True)
class VeloSite:
    """The backend code of a folder in a Node process of its own. A changed file counts from the next call or event.

    `folder` is the backend folder. Of the `handlers` that events.js exports, the `unknown_handlers` wait for events
    that the emulator does not have; it has `known_handlers`.
    """

    folder: Path
    handlers: tuple[str, ...]
    unknown_handlers: tuple[str, ...]
    known_handlers: tuple[str, ...]
    process: subprocess.Popen[str] = field(repr=False)
    address: str = field(repr=False)
    control: Control = field(repr=False)

    @classmethod
    def start(
        cls,
        directory: Path | str,
        url: str,
        site_id: str = DEFAULT_SITE_ID,
        *,
        control_token: str | None = None,
        events: bool = True,
        output: int | IO[Any] | None = None,
    ) -> Self:
        """Run the site in `directory`, which holds `backend/` or is it, for that site of the emulator at `url`.

        Without `events` its events.js is left alone. What its code prints goes to `output`, by default standard error.
        Raises NodeMissing, and VeloError if there is no code or no emulator.
        """
        command = [find_node(), str(MAIN), "--directory", str(directory), "--url", url, "--site", site_id]
        control = Control(url, site_id, control_token)
        token = {TOKEN_VARIABLE: control.control_token} if control.control_token else {}
        process = subprocess.Popen(  # noqa: S603 - our own program
            command + ["--events"] * events,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            env={**os.environ, **token},  # not among the arguments, which everybody on the machine can read
        )
        facts = json.loads(_stream(process.stdout).readline() or '{"error": "node ended before the site was ready"}')
        if "error" in facts:
            _end(process)
            raise VeloError(facts["error"])
        return cls(
            folder=Path(facts["folder"]),
            handlers=tuple(facts.get("handlers", ())),
            unknown_handlers=tuple(facts.get("unknownHandlers", ())),
            known_handlers=tuple(facts.get("knownHandlers", ())),
            process=process,
            address=facts["address"],
            control=control,
        )

    def call(self, function: str, *arguments: Any) -> Any:
        """What `function`, such as `backend/shipping.js:ship`, resolves to. Raises VeloError as it rejects."""
        try:
            answer = _post(f"{self.address}/call", {"function": function, "arguments": arguments})
        except (OSError, HTTPException) as failure:
            raise VeloError(f"{function} did not answer: {failure}") from None
        if "error" in answer:
            error = answer["error"]
            raise VeloError(error["message"], error.get("details"), error["stack"])
        return answer["result"]

    def emails(self) -> list[dict[str, Any]]:
        """The triggered e-mails of the emulator's site, oldest first: `at`, `emailId`, `contactId`, `variables`."""
        return list(self.control.call("GET", "emails")["emails"])

    def output(self) -> list[str]:
        """The lines that the site's code has printed, each behind the event that caused it."""
        return list(_post(f"{self.address}/output", {})["output"])

    def close(self) -> None:
        """Take the site's subscription back, and end its process."""
        _end(self.process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def velo_sites(url: str, site_id: str = DEFAULT_SITE_ID, **common: Any) -> Iterator[Callable[..., VeloSite]]:
    """A function that starts Velo sites as `VeloSite.start` does, given a directory. They end when this does."""
    with ExitStack() as running:
        yield lambda directory, **options: running.enter_context(
            VeloSite.start(directory, url, site_id, **common, **options)
        )


def _end(process: "subprocess.Popen[str]") -> None:
    """The process ends with its standard input."""
    _stream(process.stdin).close()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _stream(process.stdout).close()


def _stream(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "the process was started with a pipe"  # noqa: S101 - for the type checker
    return pipe


def _post(url: str, body: Any) -> Any:
    request = Request(url, json.dumps(body).encode())  # noqa: S310 - on this machine
    with build_opener(ProxyHandler({})).open(request, timeout=_CALL_TIMEOUT_S) as response:
        return json.loads(response.read())
