# SPDX-License-Identifier: GPL-2.0-only
"""The guest that times operations: one CPU whose clock counts instructions, no module, no probe."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from harness.config.models import GuestSpec
from harness.config.scenario import Actor, Scenario
from harness.cost.change import Cost, Measure, cost_changes, measures
from harness.deadline import Deadline
from harness.engine.guests import furnished, guest_plan, supplies
from harness.errors import LabBroke
from harness.guest.runner import Guest
from harness.kernel.artefacts import Kernel
from harness.sweep.job import Job

TRIALS = 8
# name -> preparation of the file, operation of guest-tests/racer/ops.c
OPERATIONS: dict[str, tuple[Literal["hole", "synced"], str]] = {
    "read-fault, hole": ("hole", "read-fault"),
    "write-fault, hole": ("hole", "write-fault"),
    "write-fault, synced": ("synced", "write-fault"),
    "store and fsync": ("hole", "write-fsync"),
    "pwrite, hole": ("hole", "pwrite"),
}


def cost_scenarios() -> tuple[Scenario, ...]:
    """A scenario of one actor for each operation, named by its number: a job's names have no blanks."""
    return tuple(
        Scenario.model_construct(
            name=str(number), title=name, prepare=prepare, pages=1, map="shared", actors_as="threads", size="4K",
            bound=0, actors=(Actor(op=op),), checks=(),
        )
        for number, (name, (prepare, op)) in enumerate(OPERATIONS.items())
    )  # fmt: skip


def measured(kernel: Kernel, guest: GuestSpec, folder: Path, deadline: Deadline) -> list[Measure]:
    """Times all operations on a kernel. Raises LabBroke where the guest does not come to its end."""
    folder.mkdir(parents=True)
    job = Job(kernel.build_id, (), cost_scenarios(), trials=TRIALS)
    plan, store = guest_plan("sweep", guest, kernel.bzimage, folder, "tcg"), supplies(guest)
    rows: list[dict[str, Any]] = []
    with furnished(plan, store, job.files()) as ready, Guest(ready) as booted:
        rows += [_row(line) for line in booted.records(deadline)]
        end = booted.wait(deadline)
    if not rows or rows[-1]["t"] != "bye":
        said = next((f"{row['why']} ({row['error']})" for row in rows if row["t"] == "broken"), end.detail)
        raise LabBroke(f"{kernel.name}: what faults cost could not be measured ({end.kind}): {said}")
    names = dict(enumerate(OPERATIONS))
    return measures({**row, "name": names[int(row["name"])]} if "name" in row else row for row in rows)


def cost_of(
    kernels: Mapping[str, Kernel], pair: tuple[str, str], guest: GuestSpec, folder: Path, deadline: Deadline
) -> Cost:
    """What ``pair``'s second kernel costs beside its first; what stands in the way is told in ``missing``."""
    lacking = [name for name in pair if name not in kernels]
    if lacking or deadline.passed:
        return Cost(*pair, missing=f"`{lacking[0]}` does not run" if lacking else "the budget was over")
    try:
        one, two = (measured(kernels[name], guest, folder / f"{name}-cost" / "guest-0", deadline) for name in pair)
    except LabBroke as error:
        return Cost(*pair, missing=str(error))
    return Cost(*pair, cost_changes(one, two))


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        raise LabBroke(f"the guest wrote a record that is none: {line[:120]!r}") from None
    return dict(row)
