# SPDX-License-Identifier: GPL-2.0-only
"""What changed between two runs of one experiment: nothing is told that stayed as it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from harness.compare.exact import scenario_change, signature_changes, unknowable
from harness.compare.lines import LineMap
from harness.compare.seen import Seen, seen
from harness.report.facts import kinds, per_bound
from harness.results.run import KernelInfo, Run, Side
from harness.sweep.records import Kind
from harness.verdict.verdict import Cell, CellWord, Word

FINE = (CellWord.SILENT, CellWord.KNOWN, CellWord.AS_EXPECTED)
EPSILON = 1e-9  # of a coverage, a share between 0 and 1
MAX_LINES = 6
SIDES: tuple[Side, Side] = ("with", "without")


@dataclass
class Changes:
    """Sentences. ``worse`` and ``better`` are about the kernel, ``lost`` about what the later run could not show.

    ``unknown`` are failures of the kernel under test that the earlier run would not have shown had they been there.
    """

    worse: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    better: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.worse or self.unknown or self.lost or self.better or self.other)


def changes(before: Run, after: Run) -> Changes:
    """From ``before`` to ``after``, both judged. Kernels are matched by their side, scenarios by name."""
    found = Changes()
    for side in SIDES:
        was, now = before.kernel(side), after.kernel(side)
        if was and now:
            _kernels(was, now, found)
            if now.state == "booted":  # else that is told, and not each of its scenarios
                _behaviour(seen(was.name, before, was.name), seen(now.name, after, now.name), found)
    _verdicts(before, after, found)
    return found


def _behaviour(was: Seen, now: Seen, found: Changes) -> None:
    _log(was, now, found)
    mapped = LineMap(was.sources, now.sources)
    for scenario in _names(was.run, now.run):
        _cells(was, now, mapped, scenario, found)


def _names(before: Run, after: Run) -> list[str]:
    return list(dict.fromkeys(each.name for run in (after, before) for each in run.plan.scenarios))


def _verdicts(before: Run, after: Run, found: Changes) -> None:
    assert before.verdict and after.verdict
    was, now = before.verdict.word, after.verdict.word
    if was is now:
        return
    told = f"the verdict is {now}, it was {was}"
    if now is Word.FAIL:
        (found.unknown if found.unknown and not found.worse else found.worse).insert(0, told)
    else:
        (found.better if now is Word.PASS else found.lost).insert(0, told)


def _kernels(was: KernelInfo, now: KernelInfo, found: Changes) -> None:
    if was.state != now.state:
        told = f"`{now.name}`: {now.state}, it was {was.state}" + (f" ({now.detail})" if now.detail else "")
        if now.state == "booted":
            found.better.append(told)
        elif now.side == "with" and now.state != "not-run":
            (found.unknown if was.state == "not-run" else found.worse).append(told)
        else:
            found.lost.append(told)
    if was.release != now.release or was.source != now.source:
        found.other.append(f"`{now.name}` is {_origin(now)}, it was {_origin(was)}")
    elif was.build_id != now.build_id:
        found.other.append(f"`{now.name}` is another build: {now.build_id[:12]}, it was {was.build_id[:12]}")


def _origin(kernel: KernelInfo) -> str:
    return f"{kernel.release}, {kernel.source}" if kernel.source else kernel.release


def _log(was: Seen, now: Seen, found: Changes) -> None:
    """Splats that are new, or gone."""
    new, gone = signature_changes(was, now)
    place = found.worse if now.kernel.side == "with" else found.other
    place += [f"`{now.label}` logs {each.title} now" for each in new]
    found.better += [f"`{now.label}` does not log {each.title} any more" for each in gone]


def _cells(before: Seen, after: Seen, lines: LineMap, scenario: str, found: Changes) -> None:
    was, now = _cell(before, scenario), _cell(after, scenario)
    side = after.kernel.side
    if was is None or now is None:
        _appeared(was, now, side, found)
        return
    where = f"{scenario} on `{now.kernel}`"
    if was.word is now.word and was.kinds == now.kinds:
        _sweeps(scenario, before, after, lines, where, found)
        return
    known, blind = _news(before, after, was, now)
    if was.word is now.word:
        _kinds(was, now, side, known, blind, found)
        return
    told = f"{where}: {now.word}, it was {was.word}: {now.sentence}"
    if now.word is CellWord.FAILS and side == "with" and blind and not known:
        found.unknown.append(f"{told}; {blind}")
    else:
        _place(was.word, now, side, found).append(told)


def _cell(seen: Seen, scenario: str) -> Cell | None:
    return seen.run.verdict.cell(scenario, seen.label) if seen.run.verdict else None


def _appeared(was: Cell | None, now: Cell | None, side: Side, found: Changes) -> None:
    if now:
        bad = now.word is CellWord.FAILS and side == "with"
        (found.unknown if bad else found.other).append(f"{now.scenario} on `{now.kernel}` is new: {now.word}")
    elif was:
        found.lost.append(f"{was.scenario} on `{was.kernel}` was not asked for; it was {was.word}")


def _place(was: CellWord, now: Cell, side: Side, found: Changes) -> list[str]:
    """Where a cell's new word is told."""
    if now.word is CellWord.FAILS:
        return found.worse if side == "with" else found.other
    return found.better if now.word in FINE and was not in FINE else found.other if now.word in FINE else found.lost


def _kinds(was: Cell, now: Cell, side: Side, known: set[Kind], blind: str, found: Changes) -> None:
    where, new = f"{now.scenario} on `{now.kernel}`", set(now.kinds) - set(was.kinds)
    if known:
        (found.worse if side == "with" else found.other).append(f"{where} shows {', '.join(sorted(known))} too")
    if doubtful := sorted(new - known):
        told = f"{where} shows {', '.join(doubtful)} too; {blind}"
        (found.unknown if side == "with" else found.other).append(told)
    if gone := sorted(set(was.kinds) - set(now.kinds)):
        found.other.append(f"{where} does not show {', '.join(gone)} any more")


def _news(before: Seen, after: Seen, was: Cell, now: Cell) -> tuple[set[Kind], str]:
    """Kinds of failure that are known to be new, and why the others are not; "" where all are, or there are none.

    What sweeps show is new where the earlier one was whole, what races show where there were some before.
    """
    new = set(now.kinds) - set(was.kinds)
    swept, raced = _shown(after, now.scenario)
    race, blind = before.race(now.scenario), _blind(before, after, now.scenario)
    known = set() if blind else new & swept
    if race and race.races and not race.broken and not race.unchecked:
        known |= new & raced
    if blind and (new - known or not now.kinds):
        return known, f"whether that is new is not known ({blind})"
    return known or new, ""


def _blind(before: Seen, after: Seen, scenario: str) -> str:
    """Why the earlier sweep cannot tell that what the later one shows is new; "" where it can."""
    was, now = replace(before, label="the last good night"), replace(after, label="this one")
    result = was.result(scenario)
    return unknowable(was, now, result) if result else f"{was.label}: it was not swept"


def _shown(seen: Seen, scenario: str) -> tuple[set[Kind], set[Kind]]:
    """Kinds of failure that the sweep shows, and those that the races do, each with its log."""
    result, race = seen.result(scenario), seen.race(scenario)
    swept = set(kinds(result)) if result else set()
    raced = {kind for kind, races in race.failures.items() if races} if race else set()
    for each in seen.findings:
        if each.scenario == scenario:
            (raced if each.mode == "stress" else swept).add(each.finding.kind)
    return swept, raced


def _sweeps(scenario: str, before: Seen, after: Seen, lines: LineMap, where: str, found: Changes) -> None:
    """Same word, same kinds: what is left are windows, counts and coverage. Counts of passing schedules are no news."""
    old, new = before.result(scenario), after.result(scenario)
    if not old or not new:
        return
    change = scenario_change(scenario, before, after, lines)
    if new.coverage.share < old.coverage.share - EPSILON:
        lost = f", without {', '.join(each.where for each in change.lost[:MAX_LINES])}" if change.lost else ""
        found.lost.append(f"{where}: coverage {new.coverage.share:.1%}, it was {old.coverage.share:.1%}{lost}")
    opened = [each.after for each in change.windows if each.change == "opened"]
    if opened:
        told = f"{where} fails at {'; '.join(opened[:MAX_LINES])} too"
        blind = _blind(before, after, scenario)
        if after.kernel.side != "with" or new.broken:
            found.other.append(told)
        elif blind:
            found.unknown.append(f"{told}; whether that is new is not known ({blind})")
        else:
            found.worse.append(told)
    if change.failing[0] != change.failing[1]:
        found.other.append(f"{where}: {per_bound(new)} schedules fail, it were {per_bound(old)}")


def lines(found: Changes) -> Iterator[tuple[str, Sequence[str]]]:
    """Titles and sentences, what is worse first, without empty ones."""
    for title, sentences in (
        ("worse", found.worse), ("not known whether worse", found.unknown), ("not shown any more", found.lost),
        ("better", found.better), ("also", found.other),
    ):  # fmt: skip
        if sentences:
            yield title, sentences
