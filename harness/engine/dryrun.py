# SPDX-License-Identifier: GPL-2.0-only
"""What `lab run --dry-run` prints: the plan, and the lines that would be run."""

import shlex
from pathlib import Path
from typing import Literal

from harness.deadline import Deadline
from harness.engine.batches import BATCHES, batches
from harness.engine.experiment import Choice, Experiment, Wanted, debug_units
from harness.engine.guests import guest_plan
from harness.engine.kernels import request_of
from harness.guest.argv import qemu_argv
from harness.kernel.build import make_lines
from harness.kernel.sources import obtain_for


def describe(experiment: Experiment, count: int = BATCHES) -> str:
    """The plan as text. A source that is not in the cache yet is fetched: the make lines depend on it."""
    plan, filesystem = experiment.plan, experiment.lab.guest("sweep").filesystem
    lines = [f"{wanted.side}: {wanted.name} ({_origin(wanted)})" for wanted in experiment.kernels]
    lines += [f"budget: {plan.budget_seconds:.0f} s, coverage floor: {plan.coverage_floor:.0%}"]
    lines += [f"points: {plan.granularity} of {', '.join(plan.units) or 'what the series touch'}"]
    lines += _narrowed(experiment.choice)
    for number, part in enumerate(batches(experiment.scenarios, count, filesystem)):
        named = ", ".join(f"{scenario.name} (c = {scenario.bound})" for scenario in part)
        other = part[0].image(filesystem)
        on = f" on {other}" if other != filesystem else ""
        lines.append(f"guest {number} of each kernel{on}: {named}")
    if plan.stress_races:
        most = f"at most {plan.stress_seconds} s a scenario"
        lines.append(f"stress: {plan.stress_races} races a scenario on {plan.stress_cpus} CPUs, {most}")
    if experiment.choice.cost:
        lines.append("cost: faults and syncs are timed in a guest of their own, on each kernel")
    for wanted in experiment.kernels:
        lines += ["", f"# {wanted.name}", *_make(experiment, wanted)]
    if plan.stress_races:
        lines += ["", "# a stress guest, its port of 127.0.0.1 chosen at its start", _qemu(experiment, "stress")]
    return "\n".join([*lines, "", "# a sweep's guest", _qemu(experiment, "sweep")])


def _narrowed(choice: Choice) -> list[str]:
    """What is left out once the kernels are there."""
    lines = ["pick: of these only the scenarios that reach what the patches touch"] if choice.pick else []
    if choice.prune:
        sample = f", but for one of {choice.sample} of them" if choice.sample else ""
        stops = "2 stops or more" if choice.prune_from == 2 else "a stop or more"
        lines.append(f"prune: schedules of {stops} that equal another are left out{sample}")
    return lines


def _origin(wanted: Wanted) -> str:
    if wanted.spec.build:
        return f"prebuilt in {wanted.spec.build}"
    kind, value = next(iter(wanted.spec.source or ()), ("", ""))
    return f"{kind} {value}" + (f" with series {wanted.series.name}" if wanted.series else "")


def _make(experiment: Experiment, wanted: Wanted) -> list[str]:
    if not wanted.spec.source:
        return []
    tree = obtain_for(wanted.spec, Deadline.after(experiment.budget_seconds))
    units = debug_units(experiment.kernels, experiment.units, tree.release)
    return [shlex.join(line) for line in make_lines(request_of(wanted, tree, units))]


def _qemu(experiment: Experiment, kind: Literal["sweep", "stress"]) -> str:
    guest, mode = experiment.lab.guest(kind), "ssh" if kind == "stress" else kind
    return shlex.join(qemu_argv(guest_plan(mode, guest, Path("bzImage"), Path("runs/N/guests/KERNEL"), "tcg")))
