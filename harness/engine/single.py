# SPDX-License-Identifier: GPL-2.0-only
"""One schedule on a kernel of lab.yaml, without a run that it came from."""

from dataclasses import dataclass
from pathlib import Path

from harness.config import loader
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.engine.experiment import scenario_named
from harness.engine.guests import check_filesystems, mounted
from harness.engine.kernels import points_of
from harness.engine.replay import parsed
from harness.engine.subject import Subject
from harness.errors import BadInput
from harness.guest.named import kernel_and_units
from harness.kernel.abilities import sweep_lacks
from harness.kernel.artefacts import Kernel
from harness.points.point import Point
from harness.sweep.numbers import to_numbers
from harness.sweep.records import Schedule


@dataclass(frozen=True)
class Single:
    """What alone() of engine/replay.py takes."""

    subject: Subject
    scenario: Scenario
    guest: GuestSpec
    schedule: Schedule


def resolved(config: Path, name: str, scenario: str, text: str) -> Single:
    """The kernel is built if it is not in the cache. Raises BadInput, KernelFailed as a run does."""
    wanted, schedule = scenario_named(scenario, loader.load_scenarios()), parsed(text)
    _check_actors(wanted, schedule)
    guest = mounted(loader.load_lab(config).guest("sweep"), wanted)
    kernel, units = kernel_and_units(config, name, filesystem=guest.filesystem)
    if lacks := sweep_lacks(kernel.config):
        raise BadInput(f"{name}: it lacks {lacks}, so that no schedule can be run on it: build it so")
    check_filesystems([kernel], [wanted], guest)
    points = _points(kernel, units, schedule)
    to_numbers(schedule, points)  # raises for a stop that is no point
    return Single(Subject(name, kernel, points), wanted, guest, schedule)


def _check_actors(scenario: Scenario, schedule: Schedule) -> None:
    count = len(scenario.actors)
    actors = [*schedule.order, *(stop.actor for stop in schedule.stops)]
    if len(schedule.order) != count or max(actors) >= count:
        raise BadInput(f"`{schedule}`: {scenario.name} has the actors {'ABCD'[:count]}, and each starts once")


def _points(kernel: Kernel, units: tuple[str, ...], schedule: Schedule) -> tuple[Point, ...]:
    """Calls, returns and entries as in most sweeps; every instruction where a stop is at another."""
    points = points_of(kernel, list(units), False)
    named = {(point.function, point.offset) for point in points}
    coarse = all((stop.function, stop.offset) in named for stop in schedule.stops)
    return tuple(points if coarse else points_of(kernel, list(units), True))
