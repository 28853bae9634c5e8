# SPDX-License-Identifier: GPL-2.0-only
"""A /proc with one process, whose threads are told of as Linux does."""

from dataclasses import dataclass
from pathlib import Path

PID = 4711


@dataclass
class ProcTasks:
    """``folder`` is that /proc; seconds are given, nanoseconds stand in the files."""

    folder: Path

    def put(self, thread: int, state: str, ran: float, waited: float, slices: int = 1) -> None:
        """A thread as it is now."""
        task = self.folder / str(PID) / "task" / str(thread)
        task.mkdir(parents=True, exist_ok=True)
        (task / "schedstat").write_text(f"{int(ran * 1e9)} {int(waited * 1e9)} {slices}\n")
        (task / "stat").write_text(f"{thread} (CPU 0/TCG) R) {state} 1 {PID} {PID} 0 -1 4194368\n")
