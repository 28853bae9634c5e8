# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's monitor: a blocking face of qemu.qmp, for the few questions that the lab has."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.errors import LabBroke

PATIENCE = 5.0  # seconds for one answer; QEMU answers in a millisecond unless it hangs itself
INSTRUCTION_POINTER = re.compile(r"\b[ER]IP=([0-9a-f]+)")


class Monitor:
    """One connection to the monitor at a unix socket."""

    def __init__(self, socket: Path, patience: float = PATIENCE) -> None:
        from qemu.qmp import QMPClient

        # A monitor that does not answer is an error of ours; without a handler the library prints its own as well.
        logging.getLogger("qemu.qmp").addHandler(logging.NullHandler())
        self._socket, self._patience = socket, patience
        self._loop = asyncio.new_event_loop()
        self._client = QMPClient("lab")

    def __enter__(self) -> Self:
        try:
            self._loop.run_until_complete(asyncio.wait_for(self._client.connect(str(self._socket)), self._patience))
        except Exception as error:
            self._loop.close()
            raise LabBroke(f"QEMU's monitor at {self._socket} does not answer: {error!r}") from None
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        # QEMU may be gone by now, which is no news to whoever asked it to go.
        with contextlib.suppress(Exception):
            self._loop.run_until_complete(self._client.disconnect())
        self._loop.close()

    def execute(self, command: str, arguments: Mapping[str, object] | None = None) -> object:
        """Runs one command and returns its answer. Raises LabBroke if it fails or does not come."""
        call = self._client.execute(command, dict(arguments or {}))
        try:
            return self._loop.run_until_complete(asyncio.wait_for(call, self._patience))
        except Exception as error:
            raise LabBroke(f"QEMU's monitor refused `{command}`: {error!r}") from None

    def instruction_pointers(self) -> list[int]:
        """Where each CPU of the guest is right now."""
        text = self.execute("human-monitor-command", {"command-line": "info registers -a"})
        return [int(found, 16) for found in INSTRUCTION_POINTER.findall(str(text))]
