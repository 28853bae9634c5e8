# SPDX-License-Identifier: GPL-2.0-only
"""The sentences of a verdict. Silence is always told with its bound, points, order rule, loop cap and coverage."""

from collections import Counter
from collections.abc import Sequence
from math import factorial

from harness.cost.change import cost_word
from harness.cost.words import cost_told
from harness.counted import counted
from harness.progress import duration
from harness.results.run import Plan, Run
from harness.sweep.records import SweepResult
from harness.sweep.window import needs_no_race
from harness.verdict.failures import Failures
from harness.verdict.statistics import rate

WAIT_TOLD = 0.1  # share of the budget


def scope(results: Sequence[SweepResult], plan: Plan) -> str:
    """How far silence reaches: ``"at most 1 stop at 97 to 412 points (calls, ...), from every start order, ..."``."""
    kinds = "calls, returns and entries" if plan.granularity == "calls" else "every instruction"
    units = f" of {', '.join(plan.units)}" if plan.units else ""
    return (
        f"{_bounds(results)} at {_span([each.points for each in results])} points ({kinds}{units}), "
        f"{_orders(results)}{_wake_ups(plan)}, "
        f"at the first {plan.loop_cap} visits of a point by an actor{pruned_told(results)}, {_coverage(results)}"
        f"{atomic_told(results)}"
    )


def _wake_ups(plan: Plan) -> str:
    return " and both orders of a wake-up" if plan.both_wake_ups else ""


def pruned_told(results: Sequence[SweepResult]) -> str:
    """What was left out because another schedule is the same race."""
    pruned, sampled = sum(each.pruned for each in results), sum(each.sampled for each in results)
    if not pruned:
        return ""
    sample = f", a sample of {sampled:,} such was run" if sampled else ""
    return f", {pruned:,} schedules pruned as equal to others{sample}"


def atomic_told(results: Sequence[SweepResult]) -> str:
    """Stops in atomic sections: what was tested, and what was not as the others spun for the stopped actor."""
    within, given_up = sum(each.within for each in results), sum(len(each.given_up) for each in results)
    if not within and not given_up:
        return ""
    lost = f", {given_up:,} more given up and not tested" if given_up else ""
    return f"; {within:,} of the schedules stop within an atomic section{lost}"


def _bounds(results: Sequence[SweepResult]) -> str:
    bounds = sorted({each.bound for each in results})
    if len(bounds) == 1:
        return f"at most {counted(bounds[0], 'stop')}"
    usual = max(bounds, key=lambda bound: sum(each.bound == bound for each in results))
    others = [
        f"{bound} in {_names([e.scenario for e in results if e.bound == bound])}" for bound in bounds if bound != usual
    ]
    return f"at most {counted(usual, 'stop')} ({', '.join(others)})"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _orders(results: Sequence[SweepResult]) -> str:
    partial = [each for each in results if len(each.orders) < factorial(max(map(len, each.orders), default=0))]
    if not partial:
        return "from every start order"
    told = [
        f"{' '.join(''.join('ABCD'[actor] for actor in order) for order in each.orders)} in `{each.scenario}`"
        for each in partial
    ]
    return (
        f"from every start order but in {counted(len(partial), 'scenario')} ({'; '.join(told)} alone)"
        if len(partial) < len(results)
        else f"from start orders {'; '.join(told)} alone"
    )


def _coverage(results: Sequence[SweepResult]) -> str:
    swept = [each for each in results if each.bound and (each.coverage.stopped or each.coverage.reached)]
    if not swept:
        return "no point stopped at"
    shares = sorted(100 * each.coverage.share for each in swept)
    span = f"{shares[0]:.3g}%" if shares[0] == shares[-1] else f"{shares[0]:.3g}% to {shares[-1]:.3g}%"
    beyond = sorted(len(each.coverage.beyond) for each in swept)
    more = f" ({_span(beyond)} more lie beyond it)" if beyond[-1] else ""
    return f"coverage {span} of the points stoppable within the bound{more}"


def _span(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def waited(run: Run) -> list[str]:
    """That another lab used up a part of the budget that is worth a word."""
    budget = run.plan.budget_seconds
    if run.waited_seconds < budget * WAIT_TOLD:
        return []
    told = f"{duration(run.waited_seconds)} of the budget of {duration(budget)}"
    return [f"{told} went by while another lab was at work on the same kernels"]


def taken(results: Sequence[SweepResult]) -> list[str]:
    """Which sweeps an earlier run made, a sentence a run; none where this run made all of them."""
    counts = Counter(each.taken_from for each in results if each.taken_from)
    return [f"{count} of {len(results)} sweeps were not made again: {earlier}, made them of the same content"
            for earlier, count in counts.items()]  # fmt: skip


def unknown(run: Run, scenario: str, kernel: str, found: Failures) -> str:
    """Races that may or may not be of a documented cause: ``"tags in 3 of 2,000: ... races"``; "" if there are none."""
    race = run.race(scenario, kernel)
    if not race or not found.unknown:
        return ""
    told = ", ".join(f"{kind} in {rate(races, race.races)} races" for kind, races in found.unknown.items())
    return f"{told}: documented or not is unknown, as random races have no place"


def failing(run: Run, scenario: str, kernel: str, found: Failures) -> str:
    """How a scenario fails: ``"sigbus in 1,371 of 3,421 schedules, oom in 2, sigbus in 0.4 % of races"``."""
    result = run.result(scenario, kernel)
    parts = []
    if result and found.sweep:
        total = sum(result.schedules.values())
        counts = ", ".join(f"{kind} in {len(outcomes):,}" for kind, outcomes in found.sweep.items())
        parts.append(f"{counts} of {total:,} schedules{_without_race(result, found)}")
    if found.untold:
        parts.append(f"{found.untold:,} failing schedules without a record")
    race = run.race(scenario, kernel)
    if race:
        parts += [f"{kind} in {rate(races, race.races)} races" for kind, races in found.stress.items()]
    parts += [told] if (told := unknown(run, scenario, kernel, found)) else []
    parts += [f"{each.finding.title} in the log" for each in found.log if each.finding.kind not in found.sweep]
    return "; ".join(parts)


def _without_race(result: SweepResult, found: Failures) -> str:
    """Only kinds that count are looked at: a documented failure at c = 0 is no news."""
    kinds = [kind for kind in found.sweep if any(outcome in found.sweep[kind] for outcome in needs_no_race(result))]
    return f" ({', '.join(kinds)} needs no race: it shows without any stop)" if kinds else ""


def cost(run: Run) -> list[str]:
    """A note where the kernel with the patch is slower, or where that could not be measured: it decides nothing."""
    if not run.cost:
        return []
    told = cost_told(run.cost)
    return [f"cost: {'; '.join(told[:2])}"] if run.cost.missing or cost_word(run.cost.changes) == "slower" else []
