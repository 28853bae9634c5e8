# SPDX-License-Identifier: GPL-2.0-only
"""The monitor of the scripted QEMU: `monitor.py SOCKET SCRIPT` answers QMP and keeps a file SCRIPT.COMMAND of each."""

import contextlib
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

GREETING = {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 17}, "package": ""}, "capabilities": []}}
REGISTERS = "CPU#0\nRIP=ffffffff810c1a2b RFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0\n"


def commands(connection: socket.socket) -> Iterator[dict[str, str]]:
    """What the client asks: objects one behind the other, with no line's end between them."""
    text = ""
    while data := connection.recv(4096):
        text += data.decode()
        try:
            asked, end = json.JSONDecoder().raw_decode(text)
        except ValueError:
            continue
        text = text[end:].lstrip()
        yield asked


def serve(connection: socket.socket, script: str) -> None:
    def say(message: object) -> None:
        connection.sendall(json.dumps(message).encode() + b"\n")

    say(GREETING)
    for asked in commands(connection):
        command = asked["execute"]
        say({"return": REGISTERS if command == "human-monitor-command" else {}, "id": asked.get("id")})
        Path(f"{script}.{command}").touch()


def main(path: str, script: str) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        while True:
            # Who asks may have lost patience meanwhile, and asks again.
            with server.accept()[0] as connection, contextlib.suppress(OSError):
                serve(connection, script)


if __name__ == "__main__":
    main(*sys.argv[1:])
