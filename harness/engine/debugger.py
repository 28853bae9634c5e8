# SPDX-License-Identifier: GPL-2.0-only
"""A guest under gdb: the script that stops it where a schedule stops an actor, and gdb itself in the foreground."""

import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import ExitStatus, LabBroke, LabError
from harness.kernel.artefacts import Kernel
from harness.progress import say

POLL = 0.05  # seconds between two looks for QEMU's socket

# file and directory: symbols, and the source of this variant; the work tree may hold another one by now.
SYMBOLS = """set pagination off
file {vmlinux}
directory {sources}
"""

# The module stops an actor by sched_setattr_nocheck(), with SCHED_FIFO priority 50 for the first stop of a schedule, 49
# for the second. The canary has fired four of the first kind before.
STOP = """target remote {socket}
break sched_setattr_nocheck if *(unsigned int *)($rsi + 20) == 50 || *(unsigned int *)($rsi + 20) == 49
ignore 1 4
# The module's trampoline has no unwind information; the kernel's frame pointers lead through it.
define lab-stack
  set $frame_ = $rbp
  set $left_ = 16
  while $frame_ > 0xffff800000000000 && $left_ > 0
    info symbol *(unsigned long *)($frame_ + 8)
    set $frame_ = *(unsigned long *)$frame_
    set $left_ = $left_ - 1
  end
end
continue
lab-stack
"""

UNSTOPPED = """target remote {socket}
echo The schedule stops nobody: set breakpoints, then `continue`.\\n
"""


class DebuggerLeft(LabError):
    """gdb ended the guest, or itself, before the schedule was over: there is no outcome. Whoever did it meant it."""

    status = ExitStatus.AS_EXPECTED


@dataclass
class Debugger:
    """A guest's gdb stub at ``socket``, and the ``script`` that gdb is given."""

    socket: Path
    script: Path
    left: threading.Event = field(default_factory=threading.Event)
    _gdb: "subprocess.Popen[bytes] | None" = None
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def command(self) -> str:
        """What is typed in another terminal."""
        return f"gdb -x {shlex.quote(str(self.script))}"

    @property
    def deadline(self) -> Deadline:
        """A guest under a debugger has all the time there is, until gdb has left."""
        return Deadline(1.0, lambda: float(self.left.is_set()))

    @contextmanager
    def attached(self, foreground: bool) -> Iterator[None]:
        """gdb on this terminal, or the line that attaches one from another.

        Raises LabBroke where there is no gdb.
        """
        with self._foreground() if foreground else self._announced():
            yield

    @contextmanager
    def _announced(self) -> Iterator[None]:
        """Says the line once it works: a gdb that comes before QEMU listens fails, and the guest waits for ever."""
        thread = threading.Thread(target=self._announce, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _announce(self) -> None:
        if self._listens():
            say(f"the guest waits; in another terminal: {self.command}")

    def _listens(self) -> bool:
        """Waits for QEMU's socket; False if the block ends first."""
        while not self.socket.exists() and not self._over.wait(POLL):
            pass
        return self.socket.exists()

    @contextmanager
    def _foreground(self) -> Iterator[None]:
        """Runs gdb on this terminal once QEMU listens; the end of the block waits for it. Ctrl-C is gdb's meanwhile."""
        if shutil.which("gdb") is None:
            raise LabBroke("`gdb` is not installed: `apt-get install gdb` brings it")
        thread = threading.Thread(target=self._run, daemon=True)
        # Not SIG_IGN, which gdb would inherit.
        before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
        try:
            thread.start()
            yield
            thread.join()
        finally:
            self._over.set()
            if self._gdb and self._gdb.poll() is None:
                self._gdb.terminate()
            thread.join()
            signal.signal(signal.SIGINT, before)

    def _run(self) -> None:
        if not self._listens():
            return
        self._gdb = subprocess.Popen(["gdb", "-q", "-x", self.script])
        if self._over.is_set():  # the block ended before there was anything to end
            self._gdb.terminate()
        self._gdb.wait()
        self.left.set()


@contextmanager
def debugger(kernel: Kernel, stops: int) -> Iterator[Debugger]:
    """Script and socket for a schedule with so many stops, gone behind the block.

    They lie in a temporary folder: a socket's path may have 107 bytes (unix(7)), which a run folder can exceed.
    """
    with tempfile.TemporaryDirectory(prefix="lab-gdb-") as folder:
        made = Debugger(Path(folder) / "socket", Path(folder) / "stop.gdb")
        made.script.write_text(symbols(kernel) + (STOP if stops else UNSTOPPED).format(socket=made.socket))
        yield made


def symbols(kernel: Kernel) -> str:
    """Lines of a gdb script that give it the kernel's symbols and sources."""
    return SYMBOLS.format(vmlinux=kernel.vmlinux, sources=kernel.folder / "sources")
