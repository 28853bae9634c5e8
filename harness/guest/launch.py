# SPDX-License-Identifier: GPL-2.0-only
"""Starts a program that cannot outlive this one, whatever kills this one."""

import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from harness.errors import LabBroke

# The kernel kills the child once its parent dies (PR_SET_PDEATHSIG in prctl(2), kept over exec). Had the parent died
# before that was set, the child has another parent already, and does not start.
GUARD = ("setpriv", "--pdeathsig", "KILL", "sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"')


def launch(argv: Sequence[str], output: Path) -> subprocess.Popen[bytes]:
    """Starts ``argv``, its stdout and stderr going to the file ``output``. Raises LabBroke if setpriv is missing."""
    # "Parent" means the thread that made the child: prctl(2), BUGS. So one thread that never ends makes them all.
    return _starter(os.getpid()).submit(_start, guarded(argv), output).result()


def guarded(argv: Sequence[str]) -> list[str]:
    """``argv`` put behind words that make it die with the thread that starts it."""
    return [*GUARD, str(os.getpid()), *argv]


@cache
def _starter(_process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="launch")


def _start(argv: list[str], output: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as log:
        try:
            return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        except FileNotFoundError:
            raise LabBroke(f"`{argv[0]}` is not installed: `apt-get install util-linux` brings it") from None
