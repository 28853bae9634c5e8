# SPDX-License-Identifier: GPL-2.0-only
"""What changed between two runs of one experiment: nothing is told that stayed as it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.report.facts import per_bound
from harness.results.run import KernelInfo, Run, Side
from harness.sweep.records import SweepResult
from harness.verdict.verdict import Cell, CellWord, Word

FINE = (CellWord.SILENT, CellWord.KNOWN, CellWord.AS_EXPECTED)
EPSILON = 1e-9  # of a coverage, a share between 0 and 1
SIDES: tuple[Side, Side] = ("with", "without")


@dataclass
class Changes:
    """Sentences. ``worse`` and ``better`` are about the kernel, ``lost`` about what the later run could not show."""

    worse: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    better: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.worse or self.lost or self.better or self.other)


def changes(before: Run, after: Run) -> Changes:
    """From ``before`` to ``after``, both judged. Kernels are matched by their side, scenarios by name."""
    found = Changes()
    _verdicts(before, after, found)
    for side in SIDES:
        was, now = before.kernel(side), after.kernel(side)
        if was and now:
            _kernels(was, now, found)
            _log(before, after, was, now, found)
            for scenario in _names(before, after):
                _cells(before, after, (was, now), scenario, found)
    return found


def _names(before: Run, after: Run) -> list[str]:
    return list(dict.fromkeys(each.name for run in (after, before) for each in run.plan.scenarios))


def _verdicts(before: Run, after: Run, found: Changes) -> None:
    assert before.verdict and after.verdict
    was, now = before.verdict.word, after.verdict.word
    if was is now:
        return
    told = f"the verdict is {now}, it was {was}"
    if now is Word.FAIL:
        found.worse.append(told)
    else:
        (found.better if now is Word.PASS else found.lost).append(told)


def _kernels(was: KernelInfo, now: KernelInfo, found: Changes) -> None:
    if was.state != now.state:
        told = f"`{now.name}`: {now.state}, it was {was.state}" + (f" ({now.detail})" if now.detail else "")
        if now.state == "booted":
            found.better.append(told)
        else:
            (found.worse if now.side == "with" else found.lost).append(told)
    if was.release != now.release or was.source != now.source:
        found.other.append(f"`{now.name}` is {now.source or now.release}, it was {was.source or was.release}")
    elif was.build_id != now.build_id:
        found.other.append(f"`{now.name}` is another build: {now.build_id[:12]}, it was {was.build_id[:12]}")


def _log(before: Run, after: Run, was: KernelInfo, now: KernelInfo, found: Changes) -> None:
    """Splats that are new, or gone, by signature."""
    old, new = _signatures(before, was.name), _signatures(after, now.name)
    place = found.worse if now.side == "with" else found.other
    place += [f"`{now.name}` logs {title} now" for signature, title in new.items() if signature not in old]
    found.better += [f"`{now.name}` does not log {title} any more" for key, title in old.items() if key not in new]


def _signatures(run: Run, kernel: str) -> dict[str, str]:
    return {each.finding.signature: each.finding.title for each in run.findings
            if each.kernel == kernel and not each.finding.known}  # fmt: skip


def _cells(before: Run, after: Run, kernels: tuple[KernelInfo, KernelInfo], scenario: str, found: Changes) -> None:
    was, now = _cell(before, scenario, kernels[0]), _cell(after, scenario, kernels[1])
    if was is None or now is None:
        _appeared(was, now, found)
        return
    where = f"{scenario} on `{now.kernel}`"
    if was.word is not now.word:
        _place(was.word, now, kernels[1].side, found).append(f"{where}: {now.word}, it was {was.word}: {now.sentence}")
    elif was.kinds != now.kinds:
        _kinds(was, now, where, kernels[1].side, found)
    else:
        old, new = before.result(scenario, was.kernel), after.result(scenario, now.kernel)
        if old and new:
            _sweeps(old, new, where, found)


def _cell(run: Run, scenario: str, kernel: KernelInfo) -> Cell | None:
    return run.verdict.cell(scenario, kernel.name) if run.verdict else None


def _appeared(was: Cell | None, now: Cell | None, found: Changes) -> None:
    if now:
        bad = now.word is CellWord.FAILS
        (found.worse if bad else found.other).append(f"{now.scenario} on `{now.kernel}` is new: {now.word}")
    elif was:
        found.lost.append(f"{was.scenario} on `{was.kernel}` was not asked for; it was {was.word}")


def _place(was: CellWord, now: Cell, side: Side, found: Changes) -> list[str]:
    """Where a cell's new word is told."""
    if now.word is CellWord.FAILS:
        return found.worse if side == "with" else found.other
    return found.better if now.word in FINE and was not in FINE else found.other if now.word in FINE else found.lost


def _kinds(was: Cell, now: Cell, where: str, side: Side, found: Changes) -> None:
    new, gone = sorted(set(now.kinds) - set(was.kinds)), sorted(set(was.kinds) - set(now.kinds))
    if new:
        (found.worse if side == "with" else found.other).append(f"{where} shows {', '.join(new)} too")
    if gone:
        found.other.append(f"{where} does not show {', '.join(gone)} any more")


def _sweeps(old: SweepResult, new: SweepResult, where: str, found: Changes) -> None:
    """Same word, same kinds: what is left are counts and coverage. Without a failure their counts are no news."""
    if new.coverage.share < old.coverage.share - EPSILON:
        found.lost.append(f"{where}: coverage {new.coverage.share:.1%}, it was {old.coverage.share:.1%}")
    if (old.failing, old.bound) != (new.failing, new.bound) and (
        any(old.failing.values()) or any(new.failing.values())
    ):
        found.other.append(f"{where}: {per_bound(new)} schedules fail, it were {per_bound(old)}")


def lines(found: Changes) -> Iterator[tuple[str, Sequence[str]]]:
    """Titles and sentences, what is worse first, without empty ones."""
    for title, sentences in (
        ("worse", found.worse), ("not shown any more", found.lost), ("better", found.better), ("also", found.other),
    ):  # fmt: skip
        if sentences:
            yield title, sentences
