# SPDX-License-Identifier: GPL-2.0-only
"""Stress on one kernel: the racer's other mode, on several CPUs, and its records."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.config.scenario import Scenario
from harness.errors import LabBroke
from harness.sweep.records import Kind, StressResult

RACING = re.compile(r"lab: racing (\S+)")  # guest-tests/racer/stress.c


@dataclass
class StressLedger:
    """Takes one kernel's stress records."""

    kernel: str
    scenarios: Sequence[Scenario]
    cpus: int = 1
    results: dict[str, StressResult] = field(default_factory=dict)
    log: dict[str, list[str]] = field(default_factory=dict)  # kernel log by scenario, "" for the boot
    now: str = ""
    finished: bool = False
    heard: float = 0.0  # seconds of the present guest's last line of the kernel log
    gone: str = ""  # how a scenario's process ended that gave no result
    _examples: list[str] = field(default_factory=list)
    _unchecked: str = ""
    _raced: int = 0  # of the scenario under way, as far as it is told
    _asked: int = 0

    @property
    def done(self) -> float:
        """Scenarios that are over, the one under way as a fraction."""
        under_way = self.now and self.now not in self.results and self._asked
        return len(self.results) + (min(1.0, self._raced / self._asked) if under_way else 0.0)

    def take(self, line: str) -> None:
        """One line of records. Raises LabBroke for what is none."""
        try:
            row = json.loads(line)
            handler = getattr(self, f"_take_{row['t']}")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise LabBroke(f"the guest wrote a record that is none: {line[:120]!r}") from None
        handler(row)

    def begin_guest(self) -> None:
        """A new guest: it has begun no scenario yet."""
        self.now, self.finished, self.heard, self._raced, self._asked = "", False, 0.0, 0, 0
        self.gone = ""

    def crash(self, kind: Kind, detail: str, log: Sequence[str] = ()) -> None:
        """The guest died in the scenario under way: one race that failed, the last that is known of.

        Where its races were over and told of, as at the end of their process, the death counts on top. ``log`` is what
        the kernel said that no record tells.
        """
        if not self.now:
            return
        self.log.setdefault(self.now, []).extend(log)
        told = self.results.get(self.now)
        if told is None:
            self.results[self.now] = StressResult(
                self.now,
                self.kernel,
                self.cpus,
                self._raced + 1,
                {kind: 1},
                0.0,
                (detail,),
                asked=self._asked,
                failed=1,
            )
        elif not told.broken and not (kind is Kind.HANG and kind in told.failures):  # the same hang, seen twice
            failures = {**told.failures, kind: told.failures.get(kind, 0) + 1}
            failed = None if told.failed is None else min(told.failed + 1, told.races)
            self.results[self.now] = replace(told, failures=failures, examples=(*told.examples, detail), failed=failed)

    def under_way(self, console: str) -> None:
        """Takes from a dead guest's console which scenario it was in: its record may have been on its way."""
        begun = RACING.findall(console)
        if begun and begun[-1] != self.now and any(each.name == begun[-1] for each in self.scenarios):
            self.now = begun[-1]

    def _take_broken(self, row: dict[str, Any]) -> None:
        raise LabBroke(f"the guest's racer stopped: {row['why']} ({row['error']})")

    def _take_scenario(self, row: dict[str, Any]) -> None:
        self.now, self._examples, self._unchecked = row["name"], [], row.get("missing", "")
        self._raced, self._asked = 0, 0

    def _take_example(self, row: dict[str, Any]) -> None:
        self._examples.append(f"race {row['race']}: {row['detail']}")

    def _take_k(self, row: dict[str, Any]) -> None:
        self.heard = row["us"] / 1e6
        self.log.setdefault(self.now, []).append(f"[{self.heard:12.6f}] {row['m']}")

    def _take_stress(self, row: dict[str, Any]) -> None:
        failures = {Kind(kind): count for kind, count in row["failures"].items()}
        self.results[row["name"]] = StressResult(
            row["name"], self.kernel, row["cpus"], row["races"], failures, row["seconds"],
            tuple(self._examples), unchecked=self._unchecked, asked=row.get("asked", 0), failed=row.get("failed"),
        )  # fmt: skip

    def _take_done(self, row: dict[str, Any]) -> None:
        if row["name"] in self.results:
            return
        if row["signal"] == 9:
            self.crash(Kind.OOM, "the actors' process was killed")
        elif row["signal"] or row["status"]:
            how = f"signal {row['signal']}" if row["signal"] else f"status {row['status']}"
            self.gone = f"the actors' process ended by {how}"
        elif self._unchecked:
            broken = StressResult(row["name"], self.kernel, self.cpus, 0, {}, 0.0, broken=self._unchecked)
            self.results[row["name"]] = broken

    def _take_alive(self, row: dict[str, Any]) -> None:
        """A sign of life."""
        self._raced, self._asked = row["races"], row["asked"]

    def _take_bye(self, _row: dict[str, Any]) -> None:
        self.finished = True
