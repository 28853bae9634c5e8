# SPDX-License-Identifier: GPL-2.0-only
"""Sweeps scenarios with the tape running, and keeps the moments of the schedules that are to be cut."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.guests import Supplies, guest_plan
from harness.engine.subject import Subject
from harness.engine.sweeper import Batch, sweep
from harness.engine.sweeps import symbols
from harness.powercut import images
from harness.powercut.medium import Template
from harness.powercut.tape import Moment, Promise, Tape, promise
from harness.sweep.decode import Row
from harness.sweep.ledger import Ledger
from harness.sweep.numbers import to_names
from harness.sweep.records import Kind

TAPE_KIB = 8192  # room of durability.ko between two schedules; a mount of xfs takes the most


@dataclass(frozen=True)
class Cut:
    """One schedule and the moments in it; ``flagged``: the guest's own oracle said not-durable of it."""

    scenario: str
    schedule: str
    stops: int
    flagged: bool
    moments: tuple[Moment, ...]
    promises: dict[int, Promise]

    def in_force(self, moment: Moment) -> tuple[Promise, ...]:
        """Promises of the syncs that had returned by then."""
        return tuple(self.promises[mark] for mark in moment.returned if mark in self.promises)


class Recorder(Ledger):
    """A ledger that reads the tape too."""

    def __init__(self, subject: Subject, scenarios: Sequence[Scenario], template: Template) -> None:
        super().__init__(subject.name, subject.points, scenarios, symbols(subject))
        self.template = template
        self.tape = Tape(template)
        self.cuts: list[Cut] = []
        self.whole = 0  # guests whose medium was held against their tape
        self._promises: dict[int, Promise] = {}

    def begin_guest(self, flush: int = 0) -> None:
        """A new guest begins with the template."""
        super().begin_guest(flush)
        self.tape = Tape(self.template)

    def inspect(self, image: Path) -> None:
        """Compares a guest's medium with its tape. Raises LabBroke."""
        images.compare(image, self.template, self.tape.everything())
        self.whole += 1

    def _take_flush(self, row: Row, _line: str) -> None:
        self.tape.flush(row)

    def _take_fence(self, row: Row, _line: str) -> None:
        self.tape.fence(row)

    def _take_mark(self, row: Row, _line: str) -> None:
        self.tape.mark(row)

    def _take_promise(self, row: Row, _line: str) -> None:
        assert self._now is not None
        self._promises[row["mark"]] = promise(row, [actor.op for actor in self._now.scenario.actors])

    def _take_s(self, row: Row, line: str) -> None:
        super()._take_s(row, line)
        schedule = to_names(row["s"], self.points)
        flagged = any(kind == Kind.NOT_DURABLE for kind, _detail in row.get("v", ()))
        assert self._now is not None
        self.cuts.append(
            Cut(
                self._now.scenario.name, str(schedule), len(schedule.stops), flagged, tuple(self.tape.moments),
                dict(self._promises),
            )
        )  # fmt: skip
        self.tape.moments = []
        self._promises.clear()


def record(
    recorder: Recorder, subject: Subject, guest: GuestSpec, supplies: Supplies, folder: Path, deadline: Deadline,
    only: str = "",
) -> None:  # fmt: skip
    """Sweeps the recorder's scenarios, or runs ``only`` that schedule (by the points' numbers). Raises LabBroke."""
    plan = guest_plan("sweep", guest, subject.kernel.bzimage, folder, "tcg")
    plan = replace(plan, arguments=(f"lab.tape={TAPE_KIB}",))
    batch = Batch(
        subject, recorder, plan, supplies.template, supplies.base, only, tape=True, inspect=recorder.inspect
    )  # fmt: skip
    sweep(batch, deadline, lambda _count: None)


def chosen(cuts: Sequence[Cut], seed: int, sample: int) -> list[Cut]:
    """Those to be cut: all without a stop; of the rest ``sample`` flagged ones and ``sample`` drawn by ``seed``."""
    kept = [cut for cut in cuts if not cut.stops]
    for scenario in dict.fromkeys(cut.scenario for cut in cuts):
        rest = [cut for cut in cuts if cut.stops and cut.scenario == scenario]
        flagged = [cut for cut in rest if cut.flagged][:sample]
        others = sorted((cut for cut in rest if cut not in flagged), key=lambda cut: _rank(cut, seed))
        kept += flagged + others[:sample]
    return kept


def _rank(cut: Cut, seed: int) -> str:
    return hashlib.sha256(f"{seed} {cut.scenario} {cut.schedule}".encode()).hexdigest()
