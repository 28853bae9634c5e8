# SPDX-License-Identifier: GPL-2.0-only
"""Which failures of a scenario on a kernel count: neither documented behaviour nor a known issue."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.config.fixes import excuses_of
from harness.config.scenario import Behaviour
from harness.results.run import GuestFinding, Run
from harness.sweep.records import Kind, Outcome, SweepResult
from harness.verdict.places import Functions, functions_of, places

ByKind = dict[Kind, tuple[Outcome, ...]]

IN_THE_LOG = (Kind.WARN, Kind.OOPS, Kind.HANG)  # kinds that a known issue can explain


@dataclass(frozen=True)
class Failures:
    """Failures of one scenario on one kernel, split.

    ``excused`` says of each kind why it does not count. ``unknown`` are races of a kind that is documented for some
    places only, and that the sweep of this kernel shows there, or may show as it was not whole: random races have no
    place, so nobody can say whether they are of the documented cause. They are told, and neither fail the kernel nor
    count as silence.
    """

    sweep: dict[Kind, tuple[Outcome, ...]] = field(default_factory=dict)
    stress: dict[Kind, int] = field(default_factory=dict)  # races that showed it
    log: tuple[GuestFinding, ...] = ()
    excused: dict[Kind, str] = field(default_factory=dict)
    unknown: dict[Kind, int] = field(default_factory=dict)  # races
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
    result, race = run.result(scenario, kernel), run.race(scenario, kernel)
    logged = [each for each in run.findings if each.kernel == kernel and each.scenario == scenario]
    excuses = _Excuses(_documented(run, scenario, kernel), _known(logged))
    sweep = _by_kind(result) if result and not result.broken else {}
    news = excuses.news(sweep, functions_of(run, result)) if result else {}
    stress = {kind: races for kind, races in race.failures.items() if races} if race and not race.broken else {}
    shown = {kind for kind in sweep if len(news.get(kind, ())) < len(sweep[kind])}
    whole = bool(result and result.complete and not result.broken)
    unknown = {
        kind: races for kind, races in stress.items() if excuses.untellable(kind) and (kind in shown or not whole)
    }
    sound = [each for each in logged if not (result and result.broken and each.mode == "sweep")]
    return Failures(
        news,
        {kind: races for kind, races in stress.items() if kind not in unknown and kind not in excuses.everywhere},
        tuple(each for each in sound if not excuses.log(each, {*sweep, *unknown})),
        {kind: why for kind, why in excuses.reasons.items() if kind in shown or kind in stress},
        unknown,
        _untold(result),
    )


def _documented(run: Run, scenario: str, kernel: str) -> dict[Kind, Behaviour]:
    """What is documented of the scenario for kernels of that release, and not mended in this one."""
    plan = run.scenario(scenario)
    release, patches = next(((each.release, each.patches) for each in run.kernels if each.name == kernel), ("", ()))
    return excuses_of(plan.documented, release, patches) if plan else {}


@dataclass(frozen=True)
class _Excuses:
    """Why kinds of violation may not count: documented in the scenario, or known from the log."""

    documented: Mapping[Kind, Behaviour]
    known: Mapping[Kind, str]

    @property
    def reasons(self) -> dict[Kind, str]:
        """All of them, by kind."""
        return {**self.known, **{kind: rule.reason for kind, rule in self.documented.items()}}

    @property
    def everywhere(self) -> set[Kind]:
        """Kinds that count nowhere."""
        return {*self.known, *(kind for kind, rule in self.documented.items() if rule.everywhere)}

    def log(self, found: GuestFinding, told: Container[Kind]) -> bool:
        """Whether what the log says does not count; ``told`` are kinds that schedules or races tell of themselves."""
        kind = found.finding.kind
        return bool(found.finding.known) or kind in self.everywhere or (self.untellable(kind) and kind in told)

    def untellable(self, kind: Kind) -> bool:
        """Whether it depends on the schedule, which random races do not have."""
        return kind in self.documented and kind not in self.everywhere

    def news(self, sweep: ByKind, functions: Functions) -> ByKind:
        """What is left of ``sweep`` when the documented and the known is taken away.

        Behind a stop that was given up two actors run at once, so that it does not tell where its actor was. What
        fails there in the documented words, and shows in the same sweep where that is documented, is taken for that.
        """
        found: ByKind = {}
        for kind, outcomes in sweep.items():
            rule = self.documented.get(kind)
            if rule:
                found[kind] = _unexplained(rule, kind, outcomes, functions)
            elif kind not in self.known:
                found[kind] = outcomes
        return {kind: outcomes for kind, outcomes in found.items() if outcomes}


def _unexplained(rule: Behaviour, kind: Kind, outcomes: Sequence[Outcome], functions: Functions) -> tuple[Outcome, ...]:
    told = [rule.excuses(_sentences(each, kind)) for each in outcomes]
    there = [rule.covers(places(each.schedule, functions)) for each in outcomes]
    shown = any(map(all, zip(told, there, strict=True)))
    return tuple(each for each, in_words, in_place in zip(outcomes, told, there, strict=True)
                 if not (in_words and (in_place or (shown and each.given_up))))  # fmt: skip


def _sentences(outcome: Outcome, kind: Kind) -> list[str]:
    return [violation.detail for violation in outcome.violations if violation.kind is kind]


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
