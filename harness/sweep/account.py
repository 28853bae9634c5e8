# SPDX-License-Identifier: GPL-2.0-only
"""One scenario's rows, and where the next guest goes on once one has died."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.config.scenario import Scenario

NOT_AGAIN = "which did not come again when the schedule was run again"


@dataclass(frozen=True)
class Position:
    """Where a guest begins its first scenario, for the racer's job: see ``Job``. By default at its beginning."""

    resume: str = ""
    known: str = ""
    flush: int = 0


BEGINNING = Position()


@dataclass(frozen=True)
class Pruned:
    """Schedules that equal others: how many were not run, and how many were as a sample."""

    left: int = 0
    sampled: int = 0

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(self.left + other.left, self.sampled + other.sampled)


@dataclass
class Account:
    """One scenario's rows. ``closed``: every schedule of its bound has a row, or has been given up.

    The rows that a dead guest had not written yet are run again, each written at once, and the crash is ``awaited`` to
    come again behind them. So it stands where it would stand had every row been written at once from the beginning.
    """

    scenario: Scenario
    rows: list[str] = field(default_factory=list)
    cover: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    hangs: int = 0
    crashed: bool = False  # a guest has died in it: the next ones write each row at once
    awaited: dict[str, str] = field(default_factory=dict)  # rows of crashes by schedule, not booked yet
    awaited_logs: dict[str, Sequence[str]] = field(default_factory=dict)  # what their guests' kernels said last
    doubted: set[str] = field(default_factory=set)  # awaited crashes that are none unless they come again
    ends: set[str] = field(default_factory=set)  # schedules with which a guest's use ended: they have no children
    closed: bool = False
    complete: bool = False
    pruned: Pruned = Pruned()  # by guests that have ended
    present: Pruned = Pruned()  # by the present one, up to the last row that is kept
    told: Pruned = Pruned()  # ... and up to what it said last
    broken: str = ""
    parted: bool = False  # the one schedule that was asked for did not reach all of its stops
    seconds: float = 0.0

    def begin_again(self) -> None:
        """Forgets the rows of a guest that died of something else."""
        self.rows.clear()
        self.cover.clear()
        self.why.clear()
        self.pruned = self.present = self.told = Pruned()

    def begin_guest(self) -> None:
        """Another guest, which counts from 0 what it prunes behind the last row."""
        self.pruned += self.present
        self.present = self.told = Pruned()

    def add(self, line: str, schedule: str) -> None:
        """A row from a guest. Where a crash was awaited and has not come, the crash that was is what is kept.

        If that was in doubt, nothing is said about the kernel.
        """
        self.present = self.told
        crash = self.awaited.pop(schedule, "")
        if schedule in self.doubted:
            self.doubted.remove(schedule)
            self.broken = f"{schedule}: {_detail(crash)}, {NOT_AGAIN}"
            crash = ""
        self.log += self.awaited_logs.pop(schedule, ())
        self.rows.append(_not_again(crash) if crash else line)

    def add_crash(
        self, row: str, schedule: str, whole: bool, log: Sequence[str] = (), *, doubtful: bool = False
    ) -> bool:
        """A schedule of which a guest died; ``whole``: all rows before it are there. Says whether it is booked now.

        ``log`` is what the kernel said of it, which counts once. ``doubtful``: it counts when it has come twice.
        """
        if doubtful and schedule not in self.awaited:
            self.crashed, self.awaited[schedule] = True, row
            self.doubted.add(schedule)
            return False
        if not whole:
            self.crashed, self.awaited[schedule], self.awaited_logs[schedule] = True, row, log
            return False
        self.doubted.discard(schedule)
        self.awaited_logs.pop(schedule, None)
        self.log += log
        self.present = self.told
        self.awaited.pop(schedule, None)
        self.rows = [*(line for line in self.rows if json.loads(line)["s"] != schedule), row]
        self.ends.add(schedule)
        return True

    def position(self, stopped_at: str) -> Position:
        """Where the next guest goes on: behind ``stopped_at``, or, if that is "", behind the last row there is."""
        flush = 1 if self.crashed else 0
        last = stopped_at or (json.loads(self.rows[-1])["s"] if self.rows and self.awaited else "")
        if stopped_at or last in self.ends:
            return Position(resume=last, flush=flush)
        return Position(known=last, flush=flush)

    @property
    def whole(self) -> bool:
        """Whether each schedule has its row."""
        return self.complete and not self.awaited

    @property
    def all_rows(self) -> list[str]:
        """The rows, at last those of crashes to which the budget's end left no second time."""
        return [*self.rows, *(row for schedule, row in self.awaited.items() if schedule not in self.doubted)]

    @property
    def all_log(self) -> tuple[str, ...]:
        """The kernel's log with what it said of those."""
        return (*self.log, *(line for log in self.awaited_logs.values() for line in log))


def _detail(crash: str) -> str:
    return str(json.loads(crash)["v"][0][1])


def _not_again(crash: str) -> str:
    row = json.loads(crash)
    row["v"] = [[kind, f"{detail}, {NOT_AGAIN}"] for kind, detail in row["v"]]
    return json.dumps(row)
