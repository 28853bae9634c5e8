# SPDX-License-Identifier: GPL-2.0-only
"""All sweeps of a past run once more: whether each shows the same. Stress, which is random, is not repeated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine.guests import supplies
from harness.engine.past import past_subject
from harness.engine.replay import scenario_of
from harness.engine.sweeps import Hall, sweep_all
from harness.errors import BadInput
from harness.kernel.artefacts import Kernel
from harness.results.folder import RunFolder
from harness.results.run import KernelInfo, Run
from harness.sweep.records import Outcome, SweepResult
from harness.verdict.gaps import timed_out

FindKernel = Callable[[KernelInfo], Kernel]
TOLD = 3  # schedules that differ, by name


@dataclass(frozen=True)
class Pair:
    """One scenario on one kernel, then and now; ``parted`` says how they differ, "" if they do not as far as is known.

    ``silent``: why it is not known, "" if it is.
    """

    scenario: str
    kernel: str
    then: SweepResult
    now: SweepResult
    parted: str
    silent: str = ""

    @property
    def word(self) -> Literal["differs", "unknown", "same"]:
        """What became of it."""
        return "differs" if self.parted else "unknown" if self.silent else "same"


def sweep_again(folder: RunFolder, find: FindKernel, guest: GuestSpec, scratch: Path) -> list[Pair]:
    """Sweeps all that the run swept wholly, at its bounds. Raises BadInput where nothing can be compared."""
    run = folder.load()
    _check(run)
    scenarios = [scenario_of(folder, plan) for plan in run.plan.scenarios]
    subjects = [past_subject(run, info, find(info)) for info in run.kernels if _swept(run, info)]
    if not subjects:
        raise BadInput(f"run {run.number} swept nothing, and stress is random: there is nothing to run again")
    hall = Hall(
        guest, supplies(guest), scratch, Deadline.after(max(3600.0, 4 * run.seconds)),
        both_wake_ups=run.plan.both_wake_ups, atomic_stops=run.plan.atomic_stops,
    )  # fmt: skip
    swept = [result for each in sweep_all(subjects, scenarios, hall) for result in each.results]
    pairs = [(run.result(now.scenario, now.kernel), now) for now in swept]
    return [Pair(now.scenario, now.kernel, then, now, parted(then, now), silence(now))
            for then, now in pairs if then and then.whole]  # fmt: skip


def _check(run: Run) -> None:
    if any(result.sampled for result in run.results):
        raise BadInput(f"run {run.number} ran a sample of pruned schedules: replay its schedules one by one")


def _swept(run: Run, info: KernelInfo) -> bool:
    return any(result.kernel == info.name and result.whole for result in run.results)


def parted(then: SweepResult, now: SweepResult) -> str:
    """How two sweeps differ: in failing schedules and their kinds, then in schedules, then in coverage.

    Of one that is not whole now, the schedules that were run alone say something.
    """
    if not now.whole:
        return _among_those_run(then, now)
    before, after = _failing(then.outcomes), _failing(now.outcomes)
    if before != after:
        return _differing(before, after)
    if then.schedules != now.schedules or set(then.passing) != set(now.passing):
        return f"the same fail, but other schedules were run: {_counts(now)}, then {_counts(then)}"
    if then.coverage.stopped != now.coverage.stopped:
        return "the same fail, but other points were stopped at"
    return ""


def _among_those_run(then: SweepResult, now: SweepResult) -> str:
    if now.broken:
        return ""
    before, after = _failing(then.outcomes), _failing(now.outcomes)
    both = (after.keys() | set(now.passing)) & (before.keys() | set(then.passing))
    one, other = ({name: kinds for name, kinds in each.items() if name in both} for each in (before, after))
    return _differing(one, other) if one != other else ""


def silence(now: SweepResult) -> str:
    """Why a sweep of now leaves open whether the kernel does as it did; "" if it does not."""
    if now.broken:
        return now.broken
    return "; ".join(filter(None, (timed_out(now), "" if now.complete else "not every schedule was run")))


def _failing(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {str(each.schedule): ", ".join(sorted(violation.kind for violation in each.violations)) for each in outcomes}


def _differing(before: dict[str, str], after: dict[str, str]) -> str:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    told = [f"`{name}` shows {after.get(name, 'nothing')}, then {before.get(name, 'nothing')}" for name in names[:TOLD]]
    more = [f"{len(names) - TOLD} more"] if len(names) > TOLD else []
    return "; ".join([*told, *more])


def _counts(result: SweepResult) -> str:
    return ", ".join(f"c={stops} {count}" for stops, count in sorted(result.schedules.items()))
