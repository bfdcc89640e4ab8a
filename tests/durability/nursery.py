"""Emulators that start fast: one process imports everything, and each emulator is a fork of it.

Reads the settings of an emulator from a line of standard input, as JSON; says its pid when it begins, its port when it
answers, and how it ended when it has, before it reads the next line.
"""

import gc
import importlib
import json
import os
import socket
import sys
from typing import Any

import uvicorn

import emulator.durability.keeper  # noqa: F401 - imported here, and so only once
from emulator.app import create_app
from emulator.cli.server import Server
from emulator.settings import Settings


def main() -> None:
    importlib.import_module("aiohttp")  # what emulators import when they first need it
    create_app(Settings(seed=("docs", "demo")))
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            say({"pid": os.getpid()})
            serve(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        say({"ended": os.waitstatus_to_exitcode(status)})


def serve(settings: dict[str, Any]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    configuration = uvicorn.Config(create_app(Settings(**settings), port=port), log_config=None, access_log=False)
    Server(configuration, lambda: say({"port": port})).run(sockets=[listener])


def say(fact: dict[str, int]) -> None:
    os.write(sys.stdout.fileno(), f"{json.dumps(fact)}\n".encode())  # in one piece, whenever somebody is killed


if __name__ == "__main__":
    main()
