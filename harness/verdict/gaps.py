# SPDX-License-Identifier: GPL-2.0-only
"""What a scenario's sweep or stress left undone: each gap keeps silence from counting as passed."""

from harness.config.releases import within
from harness.counted import counted
from harness.results.run import KernelInfo, Plan, Run, ScenarioPlan
from harness.sweep.records import SweepResult


def timed_out(result: SweepResult | None) -> str:
    """Schedules the lab gave up on, as a sentence; "" if there are none."""
    if not result or not result.timed_out:
        return ""
    return f"{counted(result.timed_out, 'schedule')} timed out"


def unchecked(result: SweepResult) -> str:
    """Checks that the lab's modules cannot make on this kernel, as a sentence."""
    return f"{' and '.join(result.unchecked)} could not be checked: there is no module of the lab's for so old a kernel"


def gaps(run: Run, scenario: ScenarioPlan, kernel: KernelInfo) -> list[str]:
    """Everything that was not done for this cell though planned, timed-out schedules left out; [] if nothing."""
    result = run.result(scenario.name, kernel.name)
    if result:
        return [*sweep_gaps(result, scenario, kernel, run.plan), *_stress_gaps(run, scenario, kernel)]
    if kernel.lacks:
        why = f"no sweep is possible, as the kernel lacks {kernel.lacks}: stress shows failures, never their absence"
        return [why, *_stress_gaps(run, scenario, kernel)]
    return ["it was not swept", *_stress_gaps(run, scenario, kernel)]


def idle(result: SweepResult, scenario: ScenarioPlan, kernel: KernelInfo) -> bool:
    """Whether nobody could be stopped, and the scenario says so of kernels of this release."""
    told = bool(scenario.idle) and within(scenario.idle, kernel.release)
    bounds = {stops for stops, count in result.schedules.items() if count}
    return told and bounds == {0} and not result.coverage.reached


def sweep_gaps(result: SweepResult, scenario: ScenarioPlan, kernel: KernelInfo, plan: Plan) -> list[str]:
    """What of it its sweep alone left undone, timed-out schedules left out; [] if nothing."""
    found, nobody = [], idle(result, scenario, kernel)
    if not result.complete:
        found.append("not every schedule was run, as the budget ended or too many guests hung")
    if result.unchecked:
        found.append(unchecked(result))
    if not result.points:
        found.append("no point had a probe")
    if result.bound < scenario.bound:
        found.append(f"it was swept to {result.bound} stops, not to {scenario.bound}")
    if not nobody and not (result.schedules.get(result.bound) and result.schedules.get(0)):
        found.append("some bound had no schedule run")
    if not nobody and (thin := thinly_covered(result, plan.coverage_floor)):
        found.append(thin)
    return found


def thinly_covered(result: SweepResult, floor: float) -> str:
    """That too few points were stopped at, ``floor`` being the least share of them; "" if enough were."""
    share = result.coverage.share
    if not result.bound or share >= floor:
        return ""
    return f"coverage {_percent(share)} is under the floor of {_percent(floor)}"


def _percent(share: float) -> str:
    """One digit behind the point where rounding would hide on which side of a floor a share lies."""
    return f"{100 * share:.1f}%".replace(".0%", "%")


def _stress_gaps(run: Run, scenario: ScenarioPlan, kernel: KernelInfo) -> list[str]:
    if not run.plan.stress_races:
        return []
    race = run.race(scenario.name, kernel.name)
    if not race or not race.races:
        return ["stress was planned and did not run"]
    return [f"in stress {race.unchecked}"] if race.unchecked else []


def cut_short(run: Run, scenario: str, kernel: str) -> str:
    """That stress ran fewer races than it was to, as their time was over; "" if it did not.

    Silence in fewer says less, as the interval of the rate does: it is no gap.
    """
    race = run.race(scenario, kernel)
    if not race or race.broken or race.races >= race.asked or race.seconds < run.plan.stress_seconds:
        return ""
    return f"stress ran {race.races:,} of {race.asked:,} races in the {run.plan.stress_seconds} s that a scenario has"


def broken(run: Run, scenario: str, kernel: str) -> str:
    """Why the sweep or the stress of this cell says nothing about the kernel; "" if both are sound."""
    parts = (run.result(scenario, kernel), run.race(scenario, kernel))
    return "; ".join(dict.fromkeys(part.broken for part in parts if part and part.broken))
