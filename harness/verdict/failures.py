# SPDX-License-Identifier: GPL-2.0-only
"""Which failures of a scenario on a kernel count: neither documented behaviour nor a known issue."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.config.scenario import Behaviour
from harness.results.run import GuestFinding, Run
from harness.sweep.records import Kind, Outcome, SweepResult
from harness.verdict.places import functions_of, places

ByKind = dict[Kind, tuple[Outcome, ...]]

IN_THE_LOG = (Kind.WARN, Kind.OOPS, Kind.HANG)  # kinds that a known issue can explain


@dataclass(frozen=True)
class Failures:
    """Failures of one scenario on one kernel, split. ``excused`` says of each kind why it does not count."""

    sweep: dict[Kind, tuple[Outcome, ...]] = field(default_factory=dict)
    stress: dict[Kind, int] = field(default_factory=dict)  # races that showed it
    log: tuple[GuestFinding, ...] = ()
    excused: dict[Kind, str] = field(default_factory=dict)
    untold: int = 0  # failing schedules that the result counts without holding them

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that count, in the order of Kind."""
        found = {*self.sweep, *self.stress, *(each.finding.kind for each in self.log)}
        return tuple(kind for kind in Kind if kind in found)

    @property
    def any(self) -> bool:
        """Whether anything counts."""
        return bool(self.kinds or self.untold)


def failures(run: Run, scenario: str, kernel: str) -> Failures:
    """The failures of ``scenario`` on ``kernel``; those of a broken result are left out, as they mean nothing."""
    plan = run.scenario(scenario)
    result, race = run.result(scenario, kernel), run.race(scenario, kernel)
    logged = [each for each in run.findings if each.kernel == kernel and each.scenario == scenario]
    documented = plan.documented if plan else {}
    excused = {**_known(logged), **{kind: each.reason for kind, each in documented.items()}}
    sweep = _by_kind(result) if result and not result.broken else {}
    news = _news(run, result, sweep, documented, excused) if result else {}
    stress = {kind: races for kind, races in race.failures.items() if races} if race and not race.broken else {}
    sound = [each for each in logged if not (result and result.broken and each.mode == "sweep")]
    return Failures(
        news,
        {kind: races for kind, races in stress.items() if kind not in excused},
        tuple(each for each in sound if each.finding.kind not in excused and not each.finding.known),
        {
            kind: why
            for kind, why in excused.items()
            if len(news.get(kind, ())) < len(sweep.get(kind, ())) or kind in stress
        },
        _untold(result),
    )


def _news(
    run: Run, result: SweepResult, sweep: ByKind, documented: Mapping[Kind, Behaviour], excused: Mapping[Kind, str]
) -> ByKind:
    """What is left when the documented and the known is taken away; the documented by the place of the stops."""
    functions = functions_of(run, result)
    found: ByKind = {}
    for kind, outcomes in sweep.items():
        rule = documented.get(kind)
        if rule:
            found[kind] = tuple(each for each in outcomes if not rule.covers(places(each.schedule, functions)))
        elif kind not in excused:
            found[kind] = outcomes
    return {kind: outcomes for kind, outcomes in found.items() if outcomes}


def _by_kind(result: SweepResult) -> ByKind:
    found: dict[Kind, list[Outcome]] = {}
    for outcome in result.outcomes:
        for kind in dict.fromkeys(violation.kind for violation in outcome.violations):
            found.setdefault(kind, []).append(outcome)
    return {kind: tuple(found[kind]) for kind in Kind if kind in found}


def _known(logged: Iterable[GuestFinding]) -> dict[Kind, str]:
    """Kinds of which every finding in the log is a known issue."""
    known: dict[Kind, str] = {}
    found = [each.finding for each in logged if each.finding.kind in IN_THE_LOG]
    for kind in dict.fromkeys(finding.kind for finding in found):
        same = [finding for finding in found if finding.kind is kind]
        if all(finding.known for finding in same):
            known[kind] = f"known issue: {same[0].known}"
    return known


def _untold(result: SweepResult | None) -> int:
    return max(0, sum(result.failing.values()) - len(result.outcomes)) if result and not result.broken else 0
