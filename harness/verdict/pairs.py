# SPDX-License-Identifier: GPL-2.0-only
"""Files each pair of operations: it agrees, violates (in known ways or not), was not run whole, or says nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from harness.config.fixes import mended
from harness.config.pairs_file import Documented
from harness.config.scenario import Scenario
from harness.counted import counted
from harness.report.facts import replay_line, shown_outcome, window_lines
from harness.results.run import GuestFinding, Run
from harness.sweep.records import Kind, Outcome, Schedule, Stop, SweepResult, Violation
from harness.verdict.elsewhere import elsewhere
from harness.verdict.gaps import unchecked
from harness.verdict.places import Functions, functions_of, places
from harness.verdict.sentences import pruned_told
from harness.verdict.verdict import Cell, CellWord, Verdict, Word


class FiledWord(StrEnum):
    """Under which a pair is filed, the worst last."""

    AGREES = "agrees"
    KNOWN = "known"  # violates, all of it documented or a known issue
    INCOMPLETE = "incomplete"  # nothing unknown failed, but not every schedule was run
    BROKEN = "broken"  # the lab is at fault: it says nothing
    VIOLATES = "violates"


SEVERITY = {word: number for number, word in enumerate(FiledWord)}
CELL_WORD = {
    FiledWord.AGREES: CellWord.SILENT, FiledWord.KNOWN: CellWord.KNOWN, FiledWord.INCOMPLETE: CellWord.UNPROVEN,
    FiledWord.BROKEN: CellWord.BROKEN, FiledWord.VIOLATES: CellWord.FAILS,
}  # fmt: skip


@dataclass(frozen=True)
class Failing:
    """Schedules of a pair that show ``kind``; ``known`` says why that is no news, else ""."""

    kind: Kind
    schedules: int
    example: str  # one violation's sentence
    known: str = ""


@dataclass(frozen=True)
class Filed:
    """One scenario of `--all-pairs`. ``orders``: the word by the start order, ``"AB"``, ``"BA"``."""

    scenario: str
    operations: tuple[str, ...]
    prepare: str
    part: str  # "base", or what it changes of that: "private", "processes", "2m"
    word: FiledWord
    schedules: int = 0
    stopped: int = 0  # of these with a stop; 0: no actor passes a point where another could run
    failing: tuple[Failing, ...] = ()
    orders: dict[str, FiledWord] = field(default_factory=dict)
    windows: tuple[str, ...] = ()
    why: str = ""  # of incomplete and broken
    replay: str = ""
    pruned: int = 0  # schedules not run, as each is the same race as one that was


@dataclass(frozen=True)
class Known:
    """What can excuse a violation on this kernel; ``patches`` are the names of its patch files."""

    documented: Sequence[Documented]
    filesystem: str
    release: str
    patches: tuple[str, ...] = ()

    def of(self, scenario: Scenario) -> list[Documented]:
        """What is about this scenario on it, and not mended in it."""
        return [each for each in self.documented if each.holds_for(scenario, self.filesystem, self.release)
                and not mended(each.fixed_by, self.patches)]  # fmt: skip


def file_pair(run: Run, scenario: Scenario, result: SweepResult | None, known: Known) -> Filed:
    """Files one scenario of a run on one kernel."""
    ops = tuple(actor.op for actor in scenario.actors)
    part = next((word for word in (scenario.size, scenario.map, scenario.actors_as)
                 if word in ("2M", "private", "processes")), "base")  # fmt: skip
    names = (scenario.name, ops, scenario.prepare, part)
    if result is None:
        return Filed(*names, FiledWord.INCOMPLETE, why="it was not swept")
    if result.broken:
        return Filed(*names, FiledWord.BROKEN, why=result.broken)
    causes, excuses = _causes(result, functions_of(run, result)), known.of(scenario)
    told = [(outcome, _told(outcome, excuses, causes)) for outcome in result.outcomes]
    failing = _failing(each for _outcome, each in told)
    failing += _logged(run.findings, scenario.name, {each.kind for each in failing}, excuses)
    why = "; ".join(left_out(run, result))
    shown = shown_outcome(result)
    return Filed(
        *names, _word(failing, why), sum(result.schedules.values()),
        sum(count for stops, count in result.schedules.items() if stops), tuple(failing),
        _orders(result, told, why), tuple(window_lines(run, result)) if failing else (), why,
        replay_line(run, result, shown) if shown else "", result.pruned,
    )  # fmt: skip


Told = list[tuple[Kind, str, str]]  # kind, sentence, why it is known
Places = Sequence[frozenset[str]]  # for each stop of a schedule the functions that it lies in
Causes = Callable[[Schedule, Kind], Iterator[Places]]


def _causes(result: SweepResult, functions: Functions) -> Causes:
    """Where a failure's stops lie: those of the schedule, and of each part of it that fails in the same kind by itself.

    A failure that one stop brings shows beside most second stops too, wherever these are. From whichever start order: a
    stop at an actor's first point lets the others begin.
    """
    kinds: dict[tuple[Stop, ...], set[Kind]] = {}  # from any start order
    for each in result.outcomes:
        kinds.setdefault(each.schedule.stops, set()).update(violation.kind for violation in each.violations)

    def causes(schedule: Schedule, kind: Kind) -> Iterator[Places]:
        yield places(schedule, functions)
        for count in range(1, len(schedule.stops)):
            for stops in combinations(schedule.stops, count):
                if kind in kinds.get(stops, ()):
                    yield places(Schedule(schedule.order, stops), functions)

    return causes


def _told(outcome: Outcome, excuses: Sequence[Documented], causes: Causes) -> Told:
    return [(each.kind, each.detail, _reason(outcome.schedule, each, excuses, causes)) for each in outcome.violations]


def _reason(schedule: Schedule, violation: Violation, excuses: Sequence[Documented], causes: Causes) -> str:
    kind, detail = violation.kind, violation.detail
    reasons = (_excuse(excuses, kind, detail, stops) for stops in causes(schedule, kind))
    return next(filter(None, reasons), "")


def _failing(told: Iterable[Told]) -> list[Failing]:
    counts: Counter[tuple[Kind, str]] = Counter()
    examples: dict[tuple[Kind, str], str] = {}
    for violations in told:
        for kind, detail, known in violations:
            examples.setdefault((kind, known), detail)
        counts.update({(kind, known) for kind, _detail, known in violations})
    order = list(Kind)
    return [Failing(kind, counts[kind, known], examples[kind, known], known)
            for kind, known in sorted(counts, key=lambda each: (order.index(each[0]), each[1]))]  # fmt: skip


def _logged(
    findings: Iterable[GuestFinding], scenario: str, shown: set[Kind], excuses: Sequence[Documented]
) -> list[Failing]:  # fmt: skip
    """What only the detectors saw in the log. A kind that schedules showed is counted there.

    The log does not tell where a schedule stopped: of what is documented, only what needs no race can excuse it.
    """
    found = [each.finding for each in findings if each.scenario == scenario and each.finding.kind not in shown]
    return [Failing(each.kind, each.count, each.title, each.known or _excuse(excuses, each.kind, each.title, ()))
            for each in found]  # fmt: skip


def _excuse(excuses: Sequence[Documented], kind: Kind, sentence: str, stops: Places) -> str:
    return next((each.reason for each in excuses if each.explains(kind, sentence, stops)), "")


def _word(failing: Iterable[Failing], why: str) -> FiledWord:
    words = [FiledWord.KNOWN if each.known else FiledWord.VIOLATES for each in failing]
    words += [FiledWord.INCOMPLETE] if why else []
    return max(words, key=SEVERITY.__getitem__, default=FiledWord.AGREES)


def _orders(result: SweepResult, told: Sequence[tuple[Outcome, Told]], why: str) -> dict[str, FiledWord]:
    found = {}
    for order in sorted(result.orders):
        own = [each for outcome, each in told if outcome.schedule.order == order]
        found["".join("ABCD"[actor] for actor in order)] = _word(_failing(own), why)
    return found


def left_out(run: Run, result: SweepResult) -> list[str]:
    """What keeps silence from counting as agreement; [] if nothing."""
    found = []
    if not result.complete:
        found.append("not every schedule was run: the budget ended, or guests died")
    if result.timed_out:
        found.append(f"{result.timed_out:,} schedules timed out")
    if result.unchecked:
        found.append(unchecked(result))
    if not result.points:
        found.append("no point had a probe")
    if not result.schedules.get(0):
        found.append("no schedule without a stop was run")
    cover = result.coverage
    if (cover.stopped or cover.reached) and cover.share < run.plan.coverage_floor:
        found.append(f"coverage {cover.share:.1%} is under the floor of {run.plan.coverage_floor:.0%}")
    return found


def pairs_verdict(run: Run, filed: Sequence[Filed]) -> Verdict:
    """FAIL by an unknown violation, or a splat outside of the pairs, else what the worst pair makes it."""
    counts, logged = Counter(each.word for each in filed), elsewhere(run)
    words = {FiledWord.VIOLATES: Word.FAIL, FiledWord.BROKEN: Word.BROKEN, FiledWord.INCOMPLETE: Word.INCONCLUSIVE}
    worst = next((words[each] for each in words if counts[each]), Word.PASS if filed else Word.INCONCLUSIVE)
    word, kernel = Word.FAIL if logged.fail else worst, run.kernels[0].name
    told = ", ".join(f"{counts[each]} {each}" for each in FiledWord if counts[each]) or "nothing was run"
    what = f"{counted(len(filed), 'scenario')} of operations at c = {_bound(run)} on `{kernel}`"
    schedules = sum(each.schedules for each in filed)
    sentence = f"{word}: {what}, {schedules:,} schedules{pruned_told(run.results)}: {told}{_first(logged.fail)}."
    cells = tuple(Cell(each.scenario, kernel, CELL_WORD[each.word], describe(each), _kinds(each)) for each in filed)
    reasons = (*logged.fail, *(f"{each.scenario}: {describe(each)}" for each in filed if each.word in words))
    notes = (*(f"{each.scenario}: {describe(each)}" for each in filed if each.word is FiledWord.KNOWN), *logged.notes)
    return Verdict(word, sentence, reasons, notes, cells)


def _first(splats: Sequence[str]) -> str:
    more = f" (and {len(splats) - 1} more)" if len(splats) > 1 else ""
    return f"; {splats[0]}{more}" if splats else ""


def _bound(run: Run) -> int:
    return max((each.bound for each in run.plan.scenarios), default=1)


def _kinds(filed: Filed) -> tuple[Kind, ...]:
    return tuple(each.kind for each in filed.failing if not each.known)


def describe(filed: Filed) -> str:
    """``"violates not-durable in 28 of 36 schedules"``, in one sentence."""
    of = f"of {filed.schedules:,} schedules"
    told = [f"{each.kind} in {each.schedules} {of}" + f" ({each.known})" * bool(each.known) for each in filed.failing]
    if filed.why:
        told.append(filed.why)
    if filed.word is FiledWord.AGREES:
        told.append(f"{filed.schedules} schedules" if filed.stopped else "nobody could be stopped at a point")
    if filed.pruned:
        told.append(f"{filed.pruned} pruned")
    return f"{filed.word}: {', '.join(told)}"
