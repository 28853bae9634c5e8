# SPDX-License-Identifier: GPL-2.0-only
"""The verdict of `lab try`: what the change brings, what it closes, and what of it nobody reached."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.counted import counted
from harness.engine.pick import Reach
from harness.points.touched import Line
from harness.results.run import KernelInfo, Run, ScenarioPlan
from harness.sweep.records import Kind, SweepResult
from harness.trial.scope import Scope
from harness.verdict.gaps import sweep_gaps, timed_out
from harness.verdict.judge import judge
from harness.verdict.reasons import Reasons
from harness.verdict.verdict import Cell, CellWord, Verdict, Word

SHOWN = 12  # names in a list


@dataclass(frozen=True)
class Reached:
    """One kernel's scope and what of it the scenarios reach without a stop."""

    kernel: str
    touched: frozenset[str]
    callers: frozenset[str]
    lines: frozenset[Line]
    reached_lines: frozenset[Line]
    reached: frozenset[str]  # functions

    @classmethod
    def of(cls, scope: Scope, reaches: Iterable[Reach]) -> "Reached":
        """From the scope and the scenarios that reach it."""
        found = list(reaches)
        lines = frozenset(line for each in found for line in each.lines)
        functions = frozenset(name for each in found for name in each.functions)
        return cls(scope.name, scope.names, scope.callers, scope.lines, lines, functions)

    def told(self) -> str:
        """What is reached, in a sentence."""
        text = f"`{self.kernel}`: the change touches {listed(self.touched)}"
        if self.callers:
            text += f", called by {listed(self.callers)}"
        text += f"; {len(self.reached_lines)} of {len(self.lines)} changed lines with code are reached"
        left = self.lines - self.reached_lines
        return text + (f", not {listed(f'{file}:{line}' for file, line in sorted(left))}" if left else "")


def listed(names: Iterable[str]) -> str:
    """The names in order, many of them shortened."""
    every = list(names) if not isinstance(names, frozenset) else sorted(names)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more


def judge_trial(run: Run, reached: Sequence[Reached], left: Mapping[str, str] = {}) -> Verdict:
    """FAIL for what shows with the change alone, PASS for silence in scenarios that reach it.

    ``left``: scenarios that cannot be run on these kernels, with the reason.
    """
    plain = judge(run)
    told = (*(each.told() for each in reached), *(f"`{name}` is left out: {why}" for name, why in left.items()))
    without, with_ = run.kernel("without"), run.kernel("with")
    if without is None or with_ is None or "booted" not in (without.state, with_.state) or with_.state != "booted":
        return replace(plain, findings=(*plain.findings, *told))
    if not run.plan.scenarios:
        return Verdict(Word.INCONCLUSIVE, _unreached(reached), findings=told)
    return _compared(run, plain, without, with_, told)


def _unreached(reached: Sequence[Reached]) -> str:
    if not reached:
        return (
            "nothing to sweep: no C file is edited, and no object of fs/, mm/, drivers/dax/ or drivers/nvdimm/ differs"
        )
    names = frozenset(name for each in reached for name in each.touched)
    return f"no operation reaches the change, so that nothing is known of it: it lies in {listed(names)}"


def _compared(run: Run, plain: Verdict, without: KernelInfo, with_: KernelInfo, told: tuple[str, ...]) -> Verdict:
    cells = {(cell.scenario, cell.kernel): cell for cell in plain.cells}
    found = _Found()
    for each in run.plan.scenarios:
        before, after = cells[each.name, without.name], cells[each.name, with_.name]
        if CellWord.BROKEN in (before.word, after.word):
            sentence = before.sentence if before.word is CellWord.BROKEN else after.sentence
            found.broken.append(f"`{each.name}`: {sentence}")
            continue
        _scenario(run, each, _Side(without, before, _hole(run, each, without)),
                  _Side(with_, after, _hole(run, each, with_)), found)  # fmt: skip
    found.fail += _outside(run, without, with_)
    sentence = _sentence(run, found.word, found.all, found.closed)
    return Verdict(found.word, sentence, found.all, (*found.closed, *found.notes, *told), plain.cells)


@dataclass
class _Found(Reasons):
    """``closed``: failures that the change ends."""

    closed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Side:
    """One scenario on one kernel; ``hole`` says what was left undone, "" if nothing was."""

    kernel: KernelInfo
    cell: Cell
    hole: str


def _scenario(run: Run, plan: ScenarioPlan, before: _Side, after: _Side, found: _Found) -> None:
    """What only one of the kernels shows says something of the change where the other one was swept whole."""
    name, kinds, gone = f"`{plan.name}`", _beyond(after.cell, before.cell), _beyond(before.cell, after.cell)
    if kinds and before.hole:
        found.missing.append(f"{name} fails with the change ({', '.join(kinds)}), and whether it does without is not "
                             f"known: {before.hole}")  # fmt: skip
    elif kinds:
        found.fail.append(f"{name} fails with the change alone ({', '.join(kinds)}): {after.cell.sentence}")
    elif after.cell.word is CellWord.FAILS:
        found.notes.append(f"{name} fails on both kernels: {_counts(run, plan.name, before.kernel, after.kernel)}")
    if gone and not after.hole:
        found.closed.append(f"{name} fails without the change alone ({', '.join(gone)})")
    fails = CellWord.FAILS  # without the change: then what else was left undone there takes nothing from it
    holes = [(side, side.hole) for side in (before, after) if side.hole and (side is after or side.cell.word != fails)]
    found.missing += [f"{name} on `{side.kernel.name}`: {hole}" for side, hole in holes]


def _hole(run: Run, plan: ScenarioPlan, kernel: KernelInfo) -> str:
    """What its sweep left undone. Where no point is a place to stop at, the runs without a stop are all there is."""
    result = run.result(plan.name, kernel.name)
    if result is None:
        return "it was not swept"
    late = timed_out(result)
    if result.broken:
        return result.broken
    if result.whole and not result.unchecked and _unstoppable(result):
        return ""
    return "; ".join([*sweep_gaps(result, plan, kernel, run.plan), *([late] if late else [])])


def _outside(run: Run, without: KernelInfo, with_: KernelInfo) -> list[str]:
    """Complaints that no scenario can be told of, but those that the kernel without the change has, too."""
    found = [each for each in run.findings if not each.scenario and not each.finding.known]
    known = {each.finding.signature for each in found if each.kernel == without.name}
    new = [each.finding for each in found if each.kernel == with_.name and each.finding.signature not in known]
    return list(dict.fromkeys(f"`{with_.name}` logged {each.title} outside of any scenario" for each in new))


def _beyond(cell: Cell, other: Cell) -> tuple[Kind, ...]:
    """Kinds that fail in ``cell`` and not in ``other``."""
    if cell.word is not CellWord.FAILS:
        return ()
    known = other.kinds if other.word in (CellWord.FAILS, CellWord.KNOWN) else ()
    return tuple(kind for kind in cell.kinds if kind not in known)


def _unstoppable(result: SweepResult) -> bool:
    """Whether probes were placed and none of them is a place to stop at."""
    return bool(result.points and result.schedules.get(0)) and not (result.coverage.stopped or result.coverage.reached)


def _counts(run: Run, scenario: str, without: KernelInfo, with_: KernelInfo) -> str:
    found = [_share(run.result(scenario, kernel.name)) for kernel in (without, with_)]
    return f"in {found[0]} schedules without the change, in {found[1]} with it"


def _share(result: SweepResult | None) -> str:
    return f"{sum(result.failing.values()):,} of {sum(result.schedules.values()):,}" if result else "none"


def _sentence(run: Run, word: Word, reasons: Sequence[str], closed: Sequence[str]) -> str:
    count = len(run.plan.scenarios)
    swept = sum(sum(result.schedules.values()) for result in run.results)
    scope = f"{counted(count, 'scenario')} that reach the change and {counted(swept, 'schedule')} on both kernels"
    if word is Word.PASS:
        gain = f"; it closes {counted(len(closed), 'failing scenario')}" if closed else ""
        where = f"at points of what it touches, its callers and {', '.join(run.plan.units)}"
        return f"the change brings no failure in {scope}, at most {_bound(run)} stops a schedule {where}{gain}"
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}, of {scope}"


def _bound(run: Run) -> int:
    return max(each.bound for each in run.plan.scenarios)
