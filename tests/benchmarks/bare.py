"""What the emulator is measured against: a bare Starlette application that reads requests and answers known bytes.

`python -m tests.benchmarks.bare` reads `[[method, path, answer], ...]` from standard input, prints its port, and runs.
"""

import json
import socket
import sys
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main() -> None:
    """Serve until killed."""
    routes = [Route(path, _answering(answer), methods=[method]) for method, path, answer in json.load(sys.stdin)]
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)  # noqa: T201 - for whoever started it
    configuration = uvicorn.Config(Starlette(routes=routes), access_log=False, log_config=None)
    uvicorn.Server(configuration).run(sockets=[listener])


def _answering(answer: str) -> Callable[[Request], Awaitable[Response]]:
    body = answer.encode()

    async def endpoint(request: Request) -> Response:
        await request.body()
        return Response(body, media_type="application/json")

    return endpoint


if __name__ == "__main__":
    main()
