# SPDX-License-Identifier: GPL-2.0-only
"""A running guest: a context manager that cannot leak QEMU, and that notices each way a guest can end at once."""

import os
import select
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.guest import early, end
from harness.guest.argv import qemu_argv
from harness.guest.end import GuestEnd, Stopped
from harness.guest.launch import launch
from harness.guest.plan import GuestPlan
from harness.guest.qmp import Monitor
from harness.guest.silence import Silence
from harness.guest.tail import Lines, Tail
from harness.guest.threads import Threads

POLL = 0.02  # seconds; QEMU's end interrupts it
GRACE = 2.0  # seconds that QEMU has to end after the kernel's last word
LINE = 512  # bytes; no message that matters is longer
QUIET = 30.0  # seconds without a record or a word on the console, of those in which the host let the guest run
STARVED = 600.0  # seconds without, whatever the host did
ANSWER = 5.0  # seconds for the kernel's last words


class Guest:
    """One boot of a plan, from ``with`` to the end of its block.

    ``quiet`` is how many seconds the guest may give no sign of life before that is called a hang; those in which its
    host does not let it run are not among them. ``held``: one whose kernel has died stays in QEMU, to be looked at,
    until the block ends.
    """

    def __init__(self, plan: GuestPlan, quiet: float = QUIET, *, held: bool = False) -> None:
        self.plan = plan
        self.quiet = quiet
        self.held = held
        self.end: GuestEnd | None = None
        self._console = bytearray()
        self._lines: deque[str] = deque()
        self._over_at: float | None = None
        self._asked = ""  # what the lab saw when it asked for the kernel's last words

    def __enter__(self) -> Self:
        self._prepare()
        try:
            self._process = launch(qemu_argv(self.plan), self.plan.qemu_log)
        except BaseException:
            shutil.rmtree(self._sockets, ignore_errors=True)
            raise
        self._exit = os.pidfd_open(self._process.pid)
        self._silence = Silence(Threads(self._process.pid))
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        _stop(self._process)
        os.close(self._exit)
        self._tails_close()
        shutil.rmtree(self._sockets, ignore_errors=True)

    @property
    def console(self) -> str:
        """The console so far."""
        return self._console.decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        """QEMU's process."""
        return self._process.pid

    def records(self, deadline: Deadline | None = None) -> Iterator[str]:
        """Each whole line that the guest writes to its records port, as it comes, until the guest has ended.

        A line that the guest could not finish is dropped. ``end`` says afterwards how it ended.
        """
        while True:
            while self._lines:
                yield self._lines.popleft()
            if self.end:
                return
            self.watch(deadline or Deadline())

    def wait(self, deadline: Deadline | None = None) -> GuestEnd:
        """Waits for the guest's end, records being kept for ``records()``; stops it once the deadline has passed."""
        while not self.end:
            self.watch(deadline or Deadline())
        return self.end

    def watch(self, deadline: Deadline) -> None:
        """Waits a moment, takes in what the guest said, and sets ``end`` if it has ended or must be.

        Waits at most POLL seconds, less if QEMU ends.
        """
        ended = self._wait_a_moment()
        self._listen()
        if ended:
            self._finish("")
        elif self._over():
            self._finish("over")
        elif deadline.passed:
            self._conclude("timeout")
        elif self._silence.outlasts(ANSWER if self._asked else self.quiet):
            self._fell_silent()
        elif self._silence.seconds > max(STARVED, 2 * self.quiet):
            self._conclude("starved", f"the host did not let the guest run: {self._silence}")

    def wait_ready(self, deadline: Deadline) -> None:
        """Waits until init says that the SSH server runs. Raises LabBroke if the guest ends before or never does."""
        while end.READY not in self.console:
            self.watch(deadline)
            if self.end:
                raise LabBroke(f"the guest ended before it could be spoken to ({self.end.kind}): {self.end.detail}")

    def hold(self) -> None:
        """Waits until QEMU ends, whatever its guest does meanwhile."""
        select.select([self._exit], [], [])

    def heard(self) -> None:
        """A sign of life came on a way of its own, as over SSH."""
        self._silence.end()

    def monitor(self, patience: float = 5.0) -> Monitor:
        """A connection to QEMU's monitor, to be used in a ``with``."""
        assert self.plan.qmp, "there is a monitor only inside of the guest's `with`"
        return Monitor(self.plan.qmp, patience)

    def _prepare(self) -> None:
        self.plan.folder.mkdir(parents=True, exist_ok=True)
        for path in (self.plan.console, self.plan.records):
            path.write_bytes(b"")
        self._tail_console, self._tail_records = Tail(self.plan.console), Tail(self.plan.records)
        self._cut = Lines()
        # A socket's path may have 107 bytes, which a run folder deep in a home can exceed.
        self._sockets = Path(tempfile.mkdtemp(prefix="lab-"))
        self.plan = replace(self.plan, qmp=self._sockets / "qmp")

    def _wait_a_moment(self) -> bool:
        return bool(select.select([self._exit], [], [], POLL)[0])

    def _listen(self) -> None:
        said, recorded = self._tail_console.read(), self._tail_records.read()
        if said or recorded:
            self._silence.end()
        self._console += said
        if said and self._over_at is None and end.is_over(self._last_words(len(said))):
            self._over_at = time.monotonic()
        self._lines.extend(self._cut.feed(recorded))

    def _last_words(self, new: int) -> str:
        """What is new and a line before it: a guest that prints a lot is not read from its beginning each time."""
        return self._console[-(new + LINE) :].decode("utf-8", "replace")

    def _over(self) -> bool:
        """Whether the kernel has died, or switched off, and QEMU has had time to follow."""
        return self._over_at is not None and time.monotonic() - self._over_at > GRACE

    def _finish(self, stopped: Stopped) -> None:
        """Once the lab has asked for the kernel's last words, whatever ends the guest is the answer."""
        self._conclude("asked" if self._asked else stopped, self._asked)

    def _conclude(self, stopped: Stopped, note: str = "") -> None:
        returncode = 0 if self.held and stopped == "over" else _stop(self._process)
        self._listen()
        log = self.plan.qemu_log.read_text("utf-8", "replace")
        ended = end.classify(self.console, returncode, log, stopped, note)
        if self.plan.mode != "sweep":  # the clock of a sweep's guest counts its own instructions
            ended = end.excused(ended, self._silence.kept_of_last)
        unasked = ended.kind == "boot-failure" and not self.plan.early and not self.plan.gdb
        self.end = early.diagnosed(self.plan, ended) if unasked and early.is_mute(self.console) else ended

    def _whereabouts(self) -> str:
        try:
            with self.monitor() as monitor:
                return ", CPUs at " + ", ".join(f"{address:#x}" for address in monitor.instruction_pointers())
        except LabBroke:
            return ""

    def _fell_silent(self) -> None:
        """Asks a sweep's kernel where it is and for how long, which it can tell with interrupts off too; once."""
        if self._asked:
            self._finish("hang")
            return
        note = f"{self._silence}{self._whereabouts()}"
        if self.plan.mode == "sweep" and end.INIT in self.console and self._send_nmi():
            self._asked = note
            self._silence.end()
        else:
            self._conclude("hang", note)

    def _send_nmi(self) -> bool:
        try:
            with self.monitor() as monitor:
                monitor.execute("inject-nmi")
        except LabBroke:
            return False
        return True

    def _tails_close(self) -> None:
        self._tail_console.close()
        self._tail_records.close()


def _stop(process: subprocess.Popen[bytes]) -> int:
    """Kills QEMU if it still runs, and returns its status."""
    if process.poll() is None:
        process.kill()
    return process.wait()
