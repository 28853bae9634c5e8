# SPDX-License-Identifier: GPL-2.0-only
"""What a sweep or a stress run leaves behind: plain, frozen, serialisable values from guest to report.

Naming: a step is (function + offset, n-th visit of it by that actor), never a number in a trace, so that a schedule
means the same on another build of the same source.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Self

STOP = re.compile(r"^(?P<actor>[A-D])@(?P<function>[\w.]+)\+(?P<offset>0x[0-9a-f]+)#(?P<visit>\d+)(?P<mark>[\^!]?)$")


def marks(text: str) -> tuple[bool, bool]:
    """``first`` and ``atomic`` of a stop whose text ends so."""
    return text == "^", text == "!"


class Kind(StrEnum):
    """What an invariant's violation is called, in every table, file and expectation."""

    SIGBUS = "sigbus"  # a fault answered by SIGBUS where none is due
    ERROR = "error"  # a system call failed where it should not
    OOM = "oom"  # VM_FAULT_OOM: the OOM killer was called though memory is free
    STALE_READ = "stale-read"  # a read gave neither the old nor the new data
    MISMATCH = "mismatch"  # the mappings and pread disagree at the end
    LOST_STORE = "lost-store"  # a store is in no view at the end
    LOST_BYTES = "lost-bytes"  # old data that nobody overwrote is gone
    NOT_DURABLE = "not-durable"  # fsync or msync returned, the store is not on the media
    TAGS = "tags"  # entry, tags and page tables contradict each other
    WARN = "warn"  # the kernel said WARNING
    OOPS = "oops"  # oops, BUG, panic
    HANG = "hang"  # an actor neither ended nor can run
    SPIN = "spin"  # an actor retries without end
    POISONED = "poisoned"  # the kernel spoke of a memory failure


class Ended(StrEnum):
    """How an actor stood when the schedule was over."""

    FINISHED = "finished"
    BLOCKED = "blocked"
    SPINNING = "spinning"
    HUNG = "hung"
    KILLED = "killed"
    NOT_RUN = "not-run"


@dataclass(frozen=True, order=True)
class Stop:
    """One preemption: ``actor`` (0 to 3) is preempted before the instruction at function + offset, visit n (from 1).

    Once resumed, whoever it wakes runs at once; with ``first`` (``^`` in text) it goes on before them.
    ``atomic`` (``!``): in an atomic section, with the others on the second CPU meanwhile.
    """

    actor: int
    function: str
    offset: int
    visit: int
    first: bool = False
    atomic: bool = False

    def __str__(self) -> str:
        return f"{'ABCD'[self.actor]}@{self.function}+{self.offset:#x}#{self.visit}{self.mark}"

    @property
    def mark(self) -> str:
        """What its text ends in."""
        return "^" * self.first + "!" * self.atomic

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of str(). Raises ValueError for anything else."""
        found = STOP.match(text)
        if not found:
            raise ValueError(f"`{text}` is no stop: write ACTOR@FUNCTION+OFFSET#VISIT, as A@dax_insert_entry+0x1f#1")
        actor, visit = "ABCD".index(found["actor"]), int(found["visit"])
        return cls(actor, found["function"], int(found["offset"], 16), visit, *marks(found["mark"]))


@dataclass(frozen=True, order=True)
class Schedule:
    """Start order of the actors and where each is stopped, in the order in which the stops happen."""

    order: tuple[int, ...]
    stops: tuple[Stop, ...] = ()

    def __str__(self) -> str:
        return " ".join(["".join("ABCD"[actor] for actor in self.order), *map(str, self.stops)])

    @property
    def atomic(self) -> bool:
        """Whether it has a stop in an atomic section."""
        return any(stop.atomic for stop in self.stops)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of str(): ``"AB A@f+0x10#1 B@g+0x4#2"``. Raises ValueError."""
        order, *stops = text.split() or [""]
        if not re.fullmatch("[A-D]{1,4}", order) or len(set(order)) != len(order):
            raise ValueError(f"`{text}` is no schedule: it begins with the start order, as AB or BAC")
        return cls(tuple("ABCD".index(letter) for letter in order), tuple(_stop(stop) for stop in stops))


@lru_cache(maxsize=4096)
def _stop(text: str) -> Stop:
    """Stop.parse(): schedules by the ten thousand name a few hundred stops."""
    return Stop.parse(text)


@dataclass(frozen=True)
class Step:
    """One point passed by one actor; ``stopped`` where the schedule preempted it there."""

    actor: int
    function: str
    offset: int
    visit: int
    stopped: bool = False


@dataclass(frozen=True)
class ActorEnd:
    """End state of one actor and what it saw."""

    actor: int
    ended: Ended
    result: int = 0  # the operation's return value
    errno: int = 0
    sigbus: tuple[int, ...] = ()  # si_code of each SIGBUS (BUS_ADRERR 2, BUS_OBJERR 3, BUS_MCEERR_AR 4)
    saw: str = ""  # words it read, hex
    stack: tuple[str, ...] = ()  # where it sleeps, innermost first, if it did not finish


@dataclass(frozen=True)
class Violation:
    """One broken invariant of one schedule, in one sentence."""

    kind: Kind
    detail: str


@dataclass(frozen=True)
class Outcome:
    """One schedule's record. ``trace`` is empty unless the schedule failed or a trace was asked for."""

    schedule: Schedule
    ends: tuple[ActorEnd, ...]
    violations: tuple[Violation, ...] = ()
    trace: tuple[Step, ...] = ()
    blocked: tuple[int, ...] = ()  # actors that were asleep when a stopped one resumed
    given_up: bool = False  # the others waited for one stopped in an atomic section by spinning: it went on

    @property
    def failed(self) -> bool:
        """Whether any invariant was violated."""
        return bool(self.violations)


@dataclass(frozen=True)
class Coverage:
    """Points of one scenario on one kernel, by what became of each; every point is in exactly one of the six sets."""

    stopped: frozenset[int] = frozenset()  # at least one schedule stopped there
    atomic: dict[int, str] = field(default_factory=dict)  # reached, never stoppable: why
    reached: frozenset[int] = frozenset()  # a stop there was within the bound, but no schedule made it
    beyond: frozenset[int] = frozenset()  # reached only behind the bound's last stop, or where nobody else could run
    refused: dict[int, str] = field(default_factory=dict)  # kprobes would not place a probe: why
    never: frozenset[int] = frozenset()
    # Besides, where stops in atomic sections were asked for: of points passed in one (`atomic`, or any other set if not
    # every actor was), those that a schedule tested there, and those at which each had to be given up.
    within: frozenset[int] = frozenset()
    given_up: frozenset[int] = frozenset()

    @property
    def share(self) -> float:
        """Stopped points over all points at which an actor could be stopped within the bound, 0 to 1."""
        open_points = len(self.stopped) + len(self.reached)
        return len(self.stopped) / open_points if open_points else 0.0


@dataclass(frozen=True)
class SweepResult:
    """One scenario swept on one kernel."""

    scenario: str
    kernel: str
    bound: int
    points: int  # points with a probe
    orders: tuple[tuple[int, ...], ...]  # start orders run
    schedules: dict[int, int]  # schedules run, by number of stops
    failing: dict[int, int]  # of those failed
    outcomes: tuple[Outcome, ...]  # the failing ones, in the order run
    coverage: Coverage
    complete: bool  # False: the budget ended, or too many guests hung
    timed_out: int = 0  # schedules the lab gave up on
    seconds: float = 0.0  # wall time of the schedules alone
    digest: str = ""  # sha256 over every record, passing ones too: equal digests mean identical runs
    passing: tuple[str, ...] = ()  # schedules that passed, as text
    pruned: int = 0  # schedules not run because another one is the same race
    sampled: int = 0  # of such schedules those that were run all the same
    first_failing: int = 0  # the how manieth schedule was the first that failed, from 1; 0: none
    broken: str = ""  # why this result says nothing about the kernel (canary, build id, nmissed), else ""
    key: str = ""  # of all that it was made from: equal keys, equal schedules and outcomes (harness/engine/reuse.py)
    taken_from: str = ""  # "run 3, cf418f22737a": the earlier run that swept it; "" where this one did
    unchecked: tuple[str, ...] = ()  # checks that the scenario asks for and the lab cannot make on this kernel
    given_up: tuple[str, ...] = ()  # schedules, as text, that say nothing: see Outcome; in no other count

    @property
    def within(self) -> int:
        """Schedules with a stop in an atomic section that were tested."""
        failing = sum(outcome.schedule.atomic for outcome in self.outcomes)
        return failing + sum("!" in text for text in self.passing)

    @property
    def whole(self) -> bool:
        """Whether every schedule within the bound was run, and each says something about the kernel."""
        return self.complete and not self.broken and not self.timed_out


@dataclass(frozen=True)
class StressResult:
    """One scenario raced at random on one kernel."""

    scenario: str
    kernel: str
    cpus: int
    races: int
    failures: dict[Kind, int]  # races that showed it
    seconds: float
    examples: tuple[str, ...] = ()
    broken: str = ""
    unchecked: str = ""  # why a check that the scenario asks for was not made, else ""
    asked: int = 0  # races that it was to have; fewer were run where its time was over or its guest died; 0: not told
    failed: int | None = None  # races that failed in any way; None in a run of before it was counted

    @property
    def failing(self) -> int:
        """Races that failed in any way; where they were not counted, those of the kind that most showed."""
        return max(self.failures.values(), default=0) if self.failed is None else self.failed
