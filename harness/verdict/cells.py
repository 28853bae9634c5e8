# SPDX-License-Identifier: GPL-2.0-only
"""How one scenario fared on one kernel."""

from dataclasses import dataclass, replace

from harness.results.run import KernelInfo, Run, ScenarioPlan
from harness.verdict import sentences
from harness.verdict.expectation import lacking
from harness.verdict.failures import Failures, failures
from harness.verdict.gaps import broken, gaps, idle, timed_out
from harness.verdict.verdict import Cell, CellWord


@dataclass(frozen=True)
class Judged:
    """A cell and what it means for the run: ``undone`` keeps a run from passing, ``notes`` do not.

    ``broken``: why a part of it says nothing, beside what the other part shows.
    """

    cell: Cell
    undone: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    broken: str = ""


def judge_cell(run: Run, scenario: ScenarioPlan, kernel: KernelInfo) -> Judged:
    """The cell of ``scenario`` on ``kernel``, ``kernel`` having booted."""
    found = failures(run, scenario.name, kernel.name)
    why = broken(run, scenario.name, kernel.name)
    result = run.result(scenario.name, kernel.name)
    expected = run.expectations.get(scenario.name) if kernel.side == "without" else None
    due = expected if expected and expected.holds_for(kernel.release) else None
    if why and (not found.any or (due and result and result.broken)):
        how = sentences.failing(run, scenario.name, kernel.name, found)
        return Judged(_cell(scenario, kernel, CellWord.BROKEN, f"{why}; beside that {how}" if how else why))
    if due:
        lacks = lacking(run, scenario.name, kernel.name, due, found)
        return _expected(run, scenario, kernel, found, lacks, why)
    return replace(_unexpected(run, scenario, kernel, found), broken=why)


def _cell(
    scenario: ScenarioPlan, kernel: KernelInfo, word: CellWord, sentence: str, found: Failures | None = None
) -> Cell:
    return Cell(scenario.name, kernel.name, word, sentence, found.kinds if found else ())


def _expected(
    run: Run, scenario: ScenarioPlan, kernel: KernelInfo, found: Failures, lacks: list[str], why: str
) -> Judged:
    """A failure is due here. Once it has shown, what else was left undone, or broke, takes nothing from it."""
    how = sentences.failing(run, scenario.name, kernel.name, found)
    late = timed_out(run.result(scenario.name, kernel.name))
    undone = gaps(run, scenario, kernel)
    if lacks:
        told = "; ".join([*lacks, *undone, *([f"it shows {how}"] if how else [])])
        cell = _cell(scenario, kernel, CellWord.LACKING, told, found)
        return Judged(cell, (*lacks, *undone, *_some(late)), broken=why)
    beside = [kind for kind in found.kinds if kind not in run.expectations[scenario.name].fails]
    notes = [f"beside what is expected it shows {', '.join(beside)}"] if beside else []
    notes += [f"fails as expected, and beside that {why}"] if why else []
    swept = run.result(scenario.name, kernel.name) is not None
    cell = _cell(scenario, kernel, CellWord.AS_EXPECTED, "; ".join([how, *undone, *_some(late)]), found)
    return Judged(cell, tuple(_some(late) if swept else undone), tuple(notes))


def _unexpected(run: Run, scenario: ScenarioPlan, kernel: KernelInfo, found: Failures) -> Judged:
    """Silence is due here, by expectation or because the kernel has the patch."""
    result = run.result(scenario.name, kernel.name)
    undone = [*gaps(run, scenario, kernel), *_some(timed_out(result))]
    if found.any:
        how = sentences.failing(run, scenario.name, kernel.name, found)
        return Judged(_cell(scenario, kernel, CellWord.FAILS, how, found), tuple(undone))
    if undone:
        word = CellWord.UNPROVEN if result or run.race(scenario.name, kernel.name) else CellWord.NOT_RUN
        told = _in_known_ways(run, scenario, kernel, found) or "nothing failed"
        return Judged(_cell(scenario, kernel, word, f"{told}, but {'; '.join(undone)}"), tuple(undone))
    assert result  # no sweep is a gap
    if known := _in_known_ways(run, scenario, kernel, found):
        return Judged(_cell(scenario, kernel, CellWord.KNOWN, known))
    if idle(result, scenario, kernel):
        told = f"nobody could be stopped at a point, as is known of kernels {scenario.idle}: no race was tried"
        return Judged(_cell(scenario, kernel, CellWord.SILENT, told), notes=(told,))
    told = f"silent in {sum(result.schedules.values()):,} schedules: {sentences.scope([result], run.plan)}"
    return Judged(_cell(scenario, kernel, CellWord.SILENT, told))


def _in_known_ways(run: Run, scenario: ScenarioPlan, kernel: KernelInfo, found: Failures) -> str:
    """What failed and does not count; what cannot be told from the documented is said beside it. "" if nothing did."""
    if not found.excused and not found.unknown:
        return ""
    why = "; ".join(f"{kind}: {reason}" for kind, reason in found.excused.items())
    untold = sentences.unknown(run, scenario.name, kernel.name, found)
    return f"fails only in known ways ({why})" + (f", and in stress {untold}" if untold else "")


def _some(sentence: str) -> list[str]:
    return [sentence] if sentence else []
