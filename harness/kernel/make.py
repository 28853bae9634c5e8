# SPDX-License-Identifier: GPL-2.0-only
"""Runs make on kernels: with progress, a log, errors picked out, and children that end when the lab does."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from harness.deadline import Deadline
from harness.errors import OutOfTime

# Two machines must build the same bytes: no clock, no names, no count of links, no word of a git checkout around.
ENVIRONMENT = {
    "KBUILD_BUILD_TIMESTAMP": "1970-01-01 00:00:00 UTC",
    "KBUILD_BUILD_USER": "lab",
    "KBUILD_BUILD_HOST": "lab",
    "KBUILD_BUILD_VERSION": "1",
    "LOCALVERSION": "",
}
STEP = re.compile(r"^  [A-Z][A-Z0-9_]+ (?:\[M\])? +\S")
ERROR = re.compile(r"error:|undefined reference|multiple definition|^ld: |ERROR: modpost|Error \d|\*\*\* ")
# What the lab's own configs do not need, as overrides of kbuild's variables: objtool (no ORC, no jump labels, no
# mitigations; without its table of sites static calls go by their trampolines, kernel/static_call_inline.c), and up to
# v6.3 a shell script an object that looks for exported local symbols, which changes nothing in the object.
SHORTCUTS = ("CONFIG_OBJTOOL=", "cmd_check_local_export=")
CONTEXT_LINES = 3
SHOWN_LINES = 30


class MakeFailed(Exception):
    """make ended with an error; its message is the lines of the log that say why."""


@dataclass(frozen=True)
class Job:
    """One run of make: ``lock`` is held on by make's children, should the lab be killed before them.

    ``enter`` stands before it: make runs where the toolchain is.
    """

    argv: Sequence[str]
    tree: Path
    log: Path
    lock: int
    enter: Sequence[str] = ()


def make(cc: str, *targets: str) -> list[str]:
    """The command line for ``targets``, with the host's cores."""
    return ["make", f"-j{os.cpu_count() or 1}", f"CC={cc}", *targets]


def run_make(job: Job, deadline: Deadline, step: Callable[[int, str], None] = lambda done, what: None) -> int:
    """Runs make to its end, the output appended to ``job.log``; ``step(count, line)`` is called for each object.

    Returns the number of steps. Raises MakeFailed, or OutOfTime if the deadline passes.
    """
    with job.log.open("a+", errors="replace") as log:
        begin = log.seek(0, os.SEEK_END)
        child = _start(job, log)
        try:
            steps = _follow(child, log, deadline, step)
        except BaseException:
            _end(child)
            raise
        if child.returncode:
            log.seek(begin)
            raise MakeFailed(errors_of(log.read()))
    return steps


def _start(job: Job, log: IO[str]) -> subprocess.Popen[str]:
    # Behind `enter`, as new rights end the order to die with the lab (prctl(2)); make passes it on to what it runs.
    guard = ["setpriv", "--pdeathsig", "TERM"]
    return subprocess.Popen(
        [*job.enter, *guard, *job.argv], cwd=job.tree, env={**os.environ, "LC_ALL": "C.UTF-8", **ENVIRONMENT},
        text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True, pass_fds=[job.lock],
    )  # fmt: skip


def _follow(child: subprocess.Popen[str], log: IO[str], deadline: Deadline, step: Callable[[int, str], None]) -> int:
    assert child.stdout
    steps = 0
    for line in child.stdout:
        log.write(line)
        if STEP.match(line):
            steps += 1
            step(steps, line.strip())
        if deadline.passed:
            raise OutOfTime("no time is left to finish building the kernel; the next run goes on from here")
    child.wait()
    return steps


def _end(child: subprocess.Popen[str]) -> None:
    """SIGTERM, so that make removes what it had half done; SIGKILL for what does not listen."""
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def errors_of(log: str) -> str:
    """The lines of a build log that say what went wrong, with the compiler's marks below each; else its tail."""
    lines = [line for line in log.splitlines() if not STEP.match(line)]
    kept: dict[int, str] = {}
    for index, line in enumerate(lines):
        if ERROR.search(line) and not line.startswith("make"):
            kept.update(enumerate(lines[index : index + 1 + CONTEXT_LINES], index))
    chosen = [kept[index] for index in sorted(kept)] or lines[-SHOWN_LINES:]
    return "\n".join(line for line in chosen[:SHOWN_LINES] if not line.startswith("make"))
