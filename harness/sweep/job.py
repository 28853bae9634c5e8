# SPDX-License-Identifier: GPL-2.0-only
"""The racer's job file (guest-tests/racer/job.c reads it) and the points file beside it."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from harness.config.scenario import Scenario

UNIT = {"4K": 4096, "2M": 2 << 20}


@dataclass(frozen=True)
class Job:
    """What one guest is to do.

    ``addresses`` are the points' in their numbers' order; ``resume``, ``known`` and ``only`` are schedules by number:
    go on behind that one in the first scenario, with ``known`` before its children, or run nothing but that one. Rows
    are written after ``flush`` that passed, after the racer's own number of them if it is 0. ``silent`` are numbers of
    points at which a stop is pruned (harness/points/silent.py) in schedules of ``prune_from`` stops or more; one of
    ``sample`` pruned schedules is run all the same, none if it is 0.
    With ``both_wake_ups`` a resumed actor that wakes another also goes on before that one, in a schedule of its own.
    With ``atomic_stops`` a schedule may have a stop in an atomic section; the guest has two CPUs then.
    Stress runs ``races`` of each scenario, but no longer than ``seconds`` (0: any time).
    With ``tape`` all that reaches the media is recorded. With ``trials`` nothing is raced or swept: the first actors'
    operations are timed so often.
    """

    build_id: str
    addresses: tuple[int, ...]
    scenarios: tuple[Scenario, ...]
    resume: str = ""
    known: str = ""
    flush: int = 0
    only: str = ""
    races: int = 0
    seconds: int = 0
    cpus: int = 1
    seed: int = 1
    silent: frozenset[int] = frozenset()
    prune_from: int = 2
    sample: int = 0
    tape: bool = False
    both_wake_ups: bool = False
    atomic_stops: bool = False
    trials: int = 0

    def files(self) -> dict[str, bytes]:
        """The files to lay over the initramfs, by name without leading slash; stress takes the job alone."""
        points = struct.pack(f"<{len(self.addresses)}Q", *self.addresses)
        silent = bytes(number in self.silent for number in range(len(self.addresses)))
        more = {"job.silent": silent} if self.silent else {}
        return {"job": self._text().encode(), "job.points": points, **more}

    def _text(self) -> str:
        lines = [f"build-id {self.build_id}", *([] if self.races or self.trials else ["points /job.points"])]
        lines += [f"resume {self.resume}"] if self.resume else []
        lines += [f"known {self.known}"] if self.known else []
        lines += [f"flush {self.flush}"] if self.flush else []
        lines += [f"only {self.only}"] if self.only else []
        lines += ["silent /job.silent", f"prune-from {self.prune_from}", f"sample {self.sample}"] if self.silent else []
        lines += ["tape 1"] if self.tape else []
        lines += ["both-wake-ups 1"] if self.both_wake_ups else []
        lines += ["atomic-stops 1"] if self.atomic_stops else []
        lines += [f"races {self.races}", f"cpus {self.cpus}", f"seed {self.seed}"] if self.races else []
        lines += [f"seconds {self.seconds}"] if self.races and self.seconds else []
        lines += [f"trials {self.trials}", f"seed {self.seed}"] if self.trials else []
        return "\n".join(lines + scenario_lines(self.scenarios)) + "\n"


def scenario_lines(scenarios: Sequence[Scenario]) -> list[str]:
    """One line a scenario."""
    return [_line(scenario) for scenario in scenarios]


def _line(scenario: Scenario) -> str:
    actors = [f"actor={actor.op}:{actor.page}:{actor.pages}" for actor in scenario.actors]
    words = {
        "name": scenario.name, "prepare": scenario.prepare, "map": scenario.map, "as": scenario.actors_as,
        "unit": UNIT[scenario.size], "pages": scenario.pages, "bound": scenario.bound,
        "tags": int("tags" in scenario.checks), "durable": int("durable" in scenario.checks),
    }  # fmt: skip
    if scenario.mapping != "own":
        words["mapping"] = scenario.mapping
    return " ".join(["scenario", *(f"{key}={value}" for key, value in words.items()), *actors])
