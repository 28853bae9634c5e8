# SPDX-License-Identifier: GPL-2.0-only
"""The one way this package runs another program."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import LabBroke

TAIL_LINES = 15


class CommandFailed(LabBroke):
    """A program ended with a status other than 0; carries its status and the tail of what it said."""

    def __init__(self, argv: Sequence[str], returncode: int, output: str) -> None:
        self.argv, self.returncode, self.output = list(argv), returncode, output
        super().__init__(f"`{shlex.join(argv)}` ended with status {returncode}:\n{tail(output)}")


def tail(text: str, lines: int = TAIL_LINES) -> str:
    """The last ``lines`` lines of ``text``."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    check: bool = True,
    deadline: Deadline | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end and returns its output, stderr folded into stdout.

    ``env`` is added to the environment. Raises CommandFailed for a status other than 0 when ``check``,
    LabBroke if the program is missing or the deadline passes (its whole process group is then killed).
    """
    words = [str(word) for word in argv]
    merged = {**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}
    try:
        child = subprocess.Popen(
            words, cwd=cwd, env=merged, text=True, errors="replace", start_new_session=True,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except (FileNotFoundError, PermissionError):  # the latter where PATH holds a folder that cannot be read
        raise LabBroke(f"`{words[0]}` is not installed: `./lab doctor` names the package") from None
    try:
        output, _ = child.communicate(stdin, timeout=deadline.remaining() if deadline else None)
    except BaseException as error:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise LabBroke(f"`{shlex.join(words)}` did not end within {error.timeout:.0f} s") from None
        raise
    if check and child.returncode:
        raise CommandFailed(words, child.returncode, output)
    return subprocess.CompletedProcess(words, child.returncode, output)
