# SPDX-License-Identifier: GPL-2.0-only
"""The guest that times operations: one CPU whose clock counts instructions, no module, no probe."""

import json
from pathlib import Path
from typing import Any, Literal

from harness.compare.cost import Measure, measures
from harness.config.models import GuestSpec
from harness.config.scenario import Actor, Scenario
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


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        raise LabBroke(f"the guest wrote a record that is none: {line[:120]!r}") from None
    return dict(row)
