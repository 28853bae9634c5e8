# SPDX-License-Identifier: GPL-2.0-only
"""All sweeps of a past run once more: whether each shows the same. Stress, which is random, is not repeated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine.guests import supplies
from harness.engine.kernels import points_of
from harness.engine.replay import scenario_of
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, sweep_all
from harness.errors import BadInput
from harness.kernel.artefacts import Kernel
from harness.results.folder import RunFolder
from harness.results.run import KernelInfo, Run
from harness.sweep.records import Outcome, SweepResult

FindKernel = Callable[[KernelInfo], Kernel]
TOLD = 3  # schedules that differ, by name


@dataclass(frozen=True)
class Pair:
    """One scenario on one kernel, then and now; ``parted`` says how they differ, "" if they do not."""

    scenario: str
    kernel: str
    then: SweepResult
    now: SweepResult
    parted: str


def sweep_again(folder: RunFolder, find: FindKernel, guest: GuestSpec, scratch: Path) -> list[Pair]:
    """Sweeps all that the run swept wholly, at its bounds. Raises BadInput where nothing can be compared."""
    run = folder.load()
    _check(run)
    scenarios = [scenario_of(folder, plan) for plan in run.plan.scenarios]
    subjects = [_subject(run, info, find) for info in run.kernels if _swept(run, info)]
    if not subjects:
        raise BadInput(f"run {run.number} swept nothing, and stress is random: there is nothing to run again")
    hall = Hall(
        guest, supplies(guest), scratch, Deadline.after(max(3600.0, 4 * run.seconds)),
        both_wake_ups=run.plan.both_wake_ups, atomic_stops=run.plan.atomic_stops,
    )  # fmt: skip
    swept = [result for each in sweep_all(subjects, scenarios, hall) for result in each.results]
    pairs = [(run.result(now.scenario, now.kernel), now) for now in swept]
    return [Pair(now.scenario, now.kernel, then, now, parted(then, now)) for then, now in pairs if then and then.whole]


def _check(run: Run) -> None:
    if any(result.sampled for result in run.results):
        raise BadInput(f"run {run.number} ran a sample of pruned schedules: replay its schedules one by one")


def _swept(run: Run, info: KernelInfo) -> bool:
    return any(result.kernel == info.name and result.whole for result in run.results)


def _subject(run: Run, info: KernelInfo, find: FindKernel) -> Subject:
    kernel = find(info)
    points = points_of(kernel, list(run.plan.units), run.plan.granularity == "instructions")
    subject = Subject(info.name, kernel, tuple(points))
    pruned = any(result.pruned for result in run.results if result.kernel == info.name)
    return subject.pruned() if pruned else subject


def parted(then: SweepResult, now: SweepResult) -> str:
    """How two sweeps differ: in failing schedules and their kinds, then in schedules, then in coverage."""
    if then.broken or now.broken:
        return f"says nothing: {now.broken or then.broken}"
    before, after = _failing(then.outcomes), _failing(now.outcomes)
    if before != after:
        return _differing(before, after)
    if then.schedules != now.schedules or set(then.passing) != set(now.passing):
        return f"the same fail, but other schedules were run: {_counts(now)}, then {_counts(then)}"
    if then.coverage.stopped != now.coverage.stopped:
        return "the same fail, but other points were stopped at"
    return ""


def _failing(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {str(each.schedule): ", ".join(sorted(violation.kind for violation in each.violations)) for each in outcomes}


def _differing(before: dict[str, str], after: dict[str, str]) -> str:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    told = [f"`{name}` shows {after.get(name, 'nothing')}, then {before.get(name, 'nothing')}" for name in names[:TOLD]]
    more = [f"{len(names) - TOLD} more"] if len(names) > TOLD else []
    return "; ".join([*told, *more])


def _counts(result: SweepResult) -> str:
    return ", ".join(f"c={stops} {count}" for stops, count in sorted(result.schedules.items()))
