# SPDX-License-Identifier: GPL-2.0-only
"""Where a schedule stops, said so that another build of the kernel can be checked for it."""

from collections.abc import Sequence
from pathlib import Path

from harness import folders
from harness.errors import LabBroke
from harness.process import CommandFailed, run
from harness.sweep.records import Schedule

TEMPLATE = folders.PROJECT / "guest-tests" / "reproducer"


def places(schedule: Schedule) -> list[tuple[str, int]]:
    """Function and offset of each stop's point, once each, in the order of the schedule."""
    return list(dict.fromkeys((stop.function, stop.offset) for stop in schedule.stops))


def described(schedule: Schedule, vmlinux: Path) -> str:
    """The file `stops`: FUNCTION OFFSET INSTRUCTION a line, as points.sh reads it. Raises LabBroke."""
    asked = "".join(f"{function} {offset:#x}\n" for function, offset in places(schedule))
    if not asked:
        return ""
    try:
        found = run([TEMPLATE / "points.sh", vmlinux], stdin=asked).stdout.splitlines()
    except CommandFailed as error:
        raise LabBroke(f"objdump does not show the schedule's stops in {vmlinux}: {error}") from None
    lines = zip(asked.splitlines(), found, strict=True)
    return "".join(f"{place} {instruction}\n" for place, instruction in lines)


def numbered(schedule: Schedule) -> str:
    """The schedule as the racer has it where its points are those of `stops` alone: ``AB A0#1 B1#2``."""
    numbers: Sequence[tuple[str, int]] = places(schedule)
    words = ["".join("ABCD"[actor] for actor in schedule.order)]
    words += [
        f"{'ABCD'[stop.actor]}{numbers.index((stop.function, stop.offset))}#{stop.visit}{'^' * stop.first}"
        for stop in schedule.stops
    ]
    return " ".join(words)
