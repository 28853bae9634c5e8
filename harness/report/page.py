# SPDX-License-Identifier: GPL-2.0-only
"""What the HTML report shows, as plain values for its template: bounded, and worded like the other forms."""

from collections.abc import Container
from dataclasses import dataclass, replace

from harness.report import facts
from harness.report.data import ROWS_A_RUN, packed, run_data, scenario_data
from harness.report.fates import WindowLine, window_fates
from harness.report.interleaving import Interleaving
from harness.report.rate_picture import RatePicture, rate_picture
from harness.report.source_map import SourceMap, source_map
from harness.report.tag_map import TagRow, tag_map
from harness.results.run import GuestFinding, KernelInfo, Run, ScenarioPlan
from harness.sweep.records import Outcome, SweepResult
from harness.verdict.statistics import Rate, fisher, rate
from harness.verdict.verdict import Cell, CellWord

ALL = 10**9
MANY = 1000  # sections: 20 ms of drawing and 6 KB of page each
MOST = 200  # of a run of more scenarios, those in which something failed: 80 ms and 12 KB each


@dataclass(frozen=True)
class Limits:
    """How much of each thing is shown; ``line`` bounds one line of guest output, in characters."""

    failing: int = ALL  # schedules with a diagram, a scenario and kernel
    passing: int = ALL  # schedules that passed, a scenario and kernel
    log_lines: int = 100  # a finding
    findings: int = 60
    line: int = 300
    sentences: int = 50
    logs: bool = True  # beginning and end of each kernel's log


TIERS = (
    Limits(),
    Limits(failing=5000, passing=2000, log_lines=40),
    Limits(failing=500, passing=0, log_lines=40, findings=30, line=200, sentences=20),
    Limits(failing=20, passing=0, log_lines=10, findings=10, line=120, sentences=10, logs=False),
)


@dataclass(frozen=True)
class Drawn:
    """One interleaving with what it shows."""

    title: str
    violations: tuple[str, ...]
    replay: str
    diagram: Interleaving


@dataclass(frozen=True)
class KernelCell:
    """One scenario on one kernel."""

    kernel: KernelInfo
    cell: Cell | None
    result: SweepResult | None
    bounds: str
    kinds: str
    actors: str
    rates: tuple[tuple[str, Rate], ...]
    coverage: str


@dataclass(frozen=True)
class ScenarioPage:
    """One scenario's section."""

    plan: ScenarioPlan
    cells: tuple[KernelCell, ...]
    windows: tuple[WindowLine, ...]
    drawn: Drawn | None  # for readers without a script
    data: str  # packed, for the script
    p_values: tuple[str, ...]
    tags: tuple[tuple[str, tuple[TagRow, ...]], ...]  # by kernel
    rates: RatePicture | None
    failed: bool
    has_section: bool = True


@dataclass(frozen=True)
class Page:
    """The whole report."""

    run: Run
    data: str  # packed, what all scenarios share
    scenarios: tuple[ScenarioPage, ...]
    findings: tuple[GuestFinding, ...]
    findings_left_out: int

    @property
    def silent_left_out(self) -> int:
        """Scenarios that have a row alone, and in which nothing failed."""
        return sum(not each.has_section and not each.failed for each in self.scenarios)

    @property
    def failing_left_out(self) -> int:
        """Scenarios that have a row alone, though something failed."""
        return sum(not each.has_section and each.failed for each in self.scenarios)


def page(run: Run, limits: Limits) -> Page:
    """The report on ``run`` within ``limits``."""
    source = source_map(run)
    failed = _failed(run)
    names = _with_section(run, failed)
    scenarios = tuple(_scenario(run, plan, source, limits) if plan.name in names else _row(run, plan, failed)
                      for plan in run.plan.scenarios)  # fmt: skip
    kept = tuple(_cut(each, limits) for each in run.findings[: limits.findings])
    return Page(run, packed(run_data(run, source)), scenarios, kept, len(run.findings) - len(kept))


def _with_section(run: Run, failed: Container[str]) -> set[str]:
    """All, or of too many the first MOST in which something failed, what is known last: silence the table tells."""
    names = [each.name for each in run.plan.scenarios]
    if len(names) <= MANY:
        return set(names)
    known = {cell.scenario for cell in run.verdict.cells if cell.word is CellWord.KNOWN} if run.verdict else set()
    return set(sorted((name for name in names if name in failed), key=lambda name: name in known)[:MOST])


def _failed(run: Run) -> set[str]:
    """Scenarios in which something failed, or of which a log tells."""
    swept = {each.scenario for each in run.results if each.outcomes}
    raced = {each.scenario for each in run.stress if any(each.failures.values())}
    return swept | raced | {each.scenario for each in run.findings}


def _row(run: Run, plan: ScenarioPlan, failed: Container[str]) -> ScenarioPage:
    """A scenario that has no section."""
    cells = tuple(_kernel_cell(run, plan.name, kernel) for kernel in run.kernels)
    return ScenarioPage(plan, cells, (), None, "", (), (), None, plan.name in failed, has_section=False)


def _scenario(run: Run, plan: ScenarioPlan, source: SourceMap, limits: Limits) -> ScenarioPage:
    results = [result for kernel in run.kernels if (result := run.result(plan.name, kernel.name))]
    cells = tuple(_kernel_cell(run, plan.name, kernel) for kernel in run.kernels)
    shown = facts.shown_result(run, plan.name)
    outcome = facts.shown_outcome(shown) if shown else None
    return ScenarioPage(
        plan,
        cells,
        tuple(line for result in results for line in window_fates(run, result))[: limits.sentences],
        _drawn(run, shown, outcome) if shown and outcome and outcome.trace else None,
        packed(scenario_data(run, plan, source, limits.failing, limits.passing)) if results else "",
        tuple(p_values(run, plan.name)),
        tuple((result.kernel, rows) for result in results if (rows := tag_map(result))),
        rate_picture([(cell.kernel.name, kind, rate) for cell in cells for kind, rate in cell.rates]),
        any(result.outcomes for result in results) or any(rate.failed for cell in cells for _, rate in cell.rates),
    )


def _drawn(run: Run, result: SweepResult, outcome: Outcome) -> Drawn:
    title = f"{result.kernel}: {outcome.schedule}"
    return Drawn(
        title,
        tuple(facts.told(outcome)),
        facts.replay_line(run, result, outcome),
        facts.diagram(run, result, outcome, ROWS_A_RUN),
    )


def _kernel_cell(run: Run, scenario: str, kernel: KernelInfo) -> KernelCell:
    result, race = run.result(scenario, kernel.name), run.race(scenario, kernel.name)
    rates: list[tuple[str, Rate]] = []
    if race:
        rates = [(str(kind), rate(races, race.races)) for kind, races in race.failures.items() if races]
        rates = rates or [("", rate(0, race.races))]
    return KernelCell(
        kernel,
        run.verdict.cell(scenario, kernel.name) if run.verdict else None,
        result,
        facts.per_bound(result) if result else "not swept",
        ", ".join(f"{kind} {number}" for kind, number in facts.kinds(result).items()) if result else "",
        facts.actor_line(result.outcomes) if result else "",
        tuple(rates),
        facts.bounds_sentence(result) if result else "",
    )


def p_values(run: Run, scenario: str) -> list[str]:
    """Fisher's exact test for each kind that stress showed, where two kernels were stressed."""
    sound = [race for kernel in run.kernels if (race := run.race(scenario, kernel.name)) and not race.broken]
    if len(sound) != 2:
        return []
    one, other = sound
    kinds = sorted({kind for race in sound for kind, races in race.failures.items() if races})
    return [
        f"{kind}: p = {fisher((one.failures.get(kind, 0), one.races), (other.failures.get(kind, 0), other.races)):.2g} "
        "that equal kernels differ so much (Fisher's exact test)"
        for kind in kinds
    ]


def _cut(each: GuestFinding, limits: Limits) -> GuestFinding:
    lines = tuple(line[: limits.line] for line in each.finding.lines[: limits.log_lines])
    if len(each.finding.lines) > len(lines):
        lines += (f"... and {len(each.finding.lines) - len(lines)} more lines, in the run's folder",)
    trace = tuple(line[: limits.line] for line in each.finding.trace[: limits.log_lines])
    return replace(
        each, finding=replace(each.finding, lines=lines, trace=trace, title=each.finding.title[: limits.line])
    )
