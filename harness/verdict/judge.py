# SPDX-License-Identifier: GPL-2.0-only
"""The verdict on a run: FAIL by evidence, BROKEN where the lab is at fault, INCONCLUSIVE where something is missing."""

from collections.abc import Iterable
from dataclasses import replace

from harness.counted import counted
from harness.results.run import KernelInfo, Run
from harness.verdict import sentences
from harness.verdict.cells import Judged, judge_cell
from harness.verdict.elsewhere import elsewhere
from harness.verdict.failures import failures
from harness.verdict.gaps import cut_short
from harness.verdict.reasons import Reasons
from harness.verdict.verdict import Cell, CellWord, Verdict, Word

SHOWN = (CellWord.FAILS, CellWord.AS_EXPECTED)


def judge(run: Run) -> Verdict:
    """The verdict on ``run``; a verdict it may already hold is not looked at."""
    reasons = Reasons()
    _kernels(run, reasons)
    cells = [_take(run, scenario.name, kernel, judge_cell(run, scenario, kernel), reasons)
             for scenario in run.plan.scenarios for kernel in run.kernels if kernel.state == "booted"]  # fmt: skip
    cells += [Cell(scenario.name, kernel.name, CellWord.NOT_RUN, kernel.detail or kernel.state)
              for scenario in run.plan.scenarios for kernel in run.kernels if kernel.state != "booted"]  # fmt: skip
    logged = elsewhere(run)
    reasons.fail += logged.fail
    reasons.notes += logged.notes
    reasons.notes += [*sentences.waited(run), *sentences.taken(run.results), *sentences.cost(run)]
    _told_apart(run, cells, reasons)
    word = reasons.word
    return Verdict(word, _sentence(run, word, cells, reasons), reasons.all, tuple(reasons.notes), _sorted(run, cells))


def judged(run: Run) -> Run:
    """``run`` with its verdict."""
    return replace(run, verdict=judge(run))


def _kernels(run: Run, reasons: Reasons) -> None:
    """Kernels that were not built or did not boot."""
    without, with_ = run.kernel("without"), run.kernel("with")
    if not without or not with_:
        reasons.missing.append("the run has one kernel only: nothing to compare")
        return
    without_runs, with_runs = (kernel.state == "booted" for kernel in (without, with_))
    if with_runs and without_runs:
        return
    if with_runs:
        reasons.missing.append(f"{_failed_to(without)}, so that the failure it must show is missing")
    elif with_.state == "not-run" or (without.state == "not-run" and with_.state == "no-boot"):
        reasons.missing += [_failed_to(kernel) for kernel in (without, with_) if kernel.state != "booted"]
    elif without_runs or (without.state in ("not-run", "no-boot") and with_.state == "no-compile"):
        reasons.fail.append(_failed_to(with_))
    else:
        reasons.broken.append(f"neither kernel runs: {_failed_to(without)}; {_failed_to(with_)}")


def _failed_to(kernel: KernelInfo) -> str:
    what = {"no-compile": "does not compile", "no-boot": "does not boot", "not-run": "was not run", "booted": "boots"}
    return f"`{kernel.name}` {what[kernel.state]}" + (f" ({kernel.detail})" if kernel.detail else "")


def _take(run: Run, scenario: str, kernel: KernelInfo, judged_cell: Judged, reasons: Reasons) -> Cell:
    """Sorts what a cell means for the run into ``reasons``."""
    cell, where = judged_cell.cell, f"`{kernel.name}`, `{scenario}`"
    if cell.word is CellWord.BROKEN:
        reasons.broken.append(f"{where}: {cell.sentence}")
    elif cell.word is CellWord.FAILS and kernel.side == "with":
        reasons.fail.append(f"{where}: {cell.sentence}")
    elif cell.word is CellWord.FAILS:
        reasons.notes.append(f"{where} fails though nothing there was expected to: {cell.sentence}")
    elif cell.word is CellWord.KNOWN:
        reasons.notes.append(f"{where} {cell.sentence}")
    reasons.broken += [f"{where}: {judged_cell.broken}"] if judged_cell.broken else []
    reasons.missing += [f"{where}: {sentence}" for sentence in judged_cell.undone]
    late = cut_short(run, scenario, kernel.name)
    reasons.notes += [f"{where}: {sentence}" for sentence in (*judged_cell.notes, *([late] if late else []))]
    return cell


def _told_apart(run: Run, cells: Iterable[Cell], reasons: Reasons) -> None:
    """Silence of ``with`` proves nothing where the other kernel is as silent."""
    without = run.kernel("without")
    if not run.plan.scenarios:
        reasons.missing.append("no scenario was run")
    elif without and not any(cell.word in SHOWN and cell.kernel == without.name for cell in cells):
        reasons.missing.append(f"`{without.name}` fails nowhere, so that the run cannot tell the kernels apart")


def _sentence(run: Run, word: Word, cells: list[Cell], reasons: Reasons) -> str:
    with_ = run.kernel("with")
    name = f"`{with_.name}`" if with_ else "the kernel under test"
    if word is Word.PASS and with_:
        return f"PASS: {_silence(run, with_, cells)}; {_shown(run, cells)}."
    first = reasons.all[0] if reasons.all else "nothing is known"
    more = f" (and {len(reasons.all) - 1} more)" if len(reasons.all) > 1 else ""
    what = {
        Word.FAIL: f"{name} fails",
        Word.BROKEN: f"the lab is at fault and nothing is said about {name}",
        Word.INCONCLUSIVE: f"nothing failed that counts against {name}, but the run proves nothing",
    }[word if word is not Word.PASS else Word.INCONCLUSIVE]
    return f"{word}: {what}: {first}{more}."


def _silence(run: Run, with_: KernelInfo, cells: list[Cell]) -> str:
    results = [result for result in run.results if result.kernel == with_.name]
    known = [cell.scenario for cell in cells if cell.kernel == with_.name and cell.word is CellWord.KNOWN]
    schedules = sum(sum(result.schedules.values()) for result in results)
    apart = f" but for known failures in {', '.join(known)}" if known else ""
    unknown = [name for name in known if failures(run, name, with_.name).unknown]
    apart += f" (documented or not is unknown of races of {', '.join(unknown)})" if unknown else ""
    return (
        f"`{with_.name}` is silent in {counted(len(results), 'scenario')} and {counted(schedules, 'schedule')}{apart}: "
        f"{sentences.scope(results, run.plan)}"
    )


def _shown(run: Run, cells: list[Cell]) -> str:
    without = run.kernel("without")
    shown = [cell for cell in cells if without and cell.kernel == without.name and cell.word in SHOWN]
    expected = sum(cell.word is CellWord.AS_EXPECTED for cell in shown)
    how = f"fails as expected in {expected}" if expected else f"fails in {len(shown)}"
    return f"`{without.name if without else ''}` {how} of {len(run.plan.scenarios)}"


def _sorted(run: Run, cells: list[Cell]) -> tuple[Cell, ...]:
    scenarios = [scenario.name for scenario in run.plan.scenarios]
    kernels = [kernel.name for kernel in run.kernels]
    return tuple(sorted(cells, key=lambda cell: (scenarios.index(cell.scenario), kernels.index(cell.kernel))))
