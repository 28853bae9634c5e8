# SPDX-License-Identifier: GPL-2.0-only
"""A whole comparison as a value, and its words: each kernel against the first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from harness.compare.exact import ScenarioChange, Signature, scenario_change, signature_changes
from harness.compare.lines import LineMap
from harness.compare.rates import RateChange
from harness.compare.seen import Seen
from harness.compare.trials import Block
from harness.cost.change import CostChange
from harness.cost.words import slower
from harness.errors import ExitStatus
from harness.verdict import sentences

SCHEMA = 1  # of compare.json


class Answer(StrEnum):
    """What became of the first kernel's failures on a later one."""

    FIXED = "fixed"  # whatever failed is silent, nothing is new
    BETTER = "better"  # something that failed is silent or narrower, something still fails, nothing is new
    SAME = "same"
    REGRESSED = "regressed"  # something fails that did not, or it is slower
    UNKNOWN = "unknown"

    @property
    def status(self) -> ExitStatus:
        """The exit status that says the same."""
        if self is Answer.REGRESSED:
            return ExitStatus.KERNEL_FAILED
        return ExitStatus.INCONCLUSIVE if self is Answer.UNKNOWN else ExitStatus.AS_EXPECTED


@dataclass(frozen=True)
class PairChange:
    """One kernel against another. ``blind`` are files whose lines could not be mapped, as they were not kept."""

    before: str
    after: str
    answer: Answer
    sentence: str
    reasons: tuple[str, ...]
    scenarios: tuple[ScenarioChange, ...] = ()
    new_signatures: tuple[Signature, ...] = ()
    gone_signatures: tuple[Signature, ...] = ()
    rates: tuple[RateChange, ...] = ()
    cost: tuple[CostChange, ...] = ()
    blind: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComparedKernel:
    """Which kernel a label stands for."""

    label: str
    run: str  # folder of the run that swept it
    kernel: str
    release: str
    series: str
    version: str
    build_id: str
    state: str


@dataclass(frozen=True)
class Comparison:
    """compare.json. ``pairs`` are each kernel against the first, ``steps`` each against the one before it."""

    started: str
    seconds: float
    kernels: tuple[ComparedKernel, ...]
    pairs: tuple[PairChange, ...]
    steps: tuple[PairChange, ...] = ()
    blocks: tuple[Block, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    reproduce: str = ""
    schema: int = SCHEMA

    @property
    def answer(self) -> Answer:
        """The worst of all pairs: regressed before unknown before the rest."""
        answers = [pair.answer for pair in self.pairs]
        for worst in (Answer.REGRESSED, Answer.UNKNOWN, Answer.SAME, Answer.BETTER):
            if worst in answers:
                return worst
        return Answer.FIXED


def pair(
    before: Seen, after: Seen, scenarios: Sequence[str], rates: Sequence[RateChange] = (),
    cost: Sequence[CostChange] = (),
) -> PairChange:  # fmt: skip
    """``after`` against ``before``; rates and cost are what was found out of the two, already judged."""
    lines = LineMap(before.sources, after.sources)
    changes = tuple(scenario_change(each, before, after, lines) for each in scenarios)
    new, gone = signature_changes(before, after)
    answer, reasons = _answer(before, after, changes, new, rates, cost)
    sentence = _sentence(before, after, answer, reasons, changes)
    return PairChange(
        before.label, after.label, answer, sentence, reasons, changes, new, gone, tuple(rates), tuple(cost),
        tuple(sorted(lines.blind)),
    )  # fmt: skip


def _answer(
    before: Seen, after: Seen, changes: Sequence[ScenarioChange], new: Sequence[Signature],
    rates: Sequence[RateChange], cost: Sequence[CostChange],
) -> tuple[Answer, tuple[str, ...]]:  # fmt: skip
    """Evidence of harm outweighs what is not known, which outweighs what got better."""
    worse = _worse(before, after, changes, new, rates, cost)
    if worse:
        return Answer.REGRESSED, tuple(worse)
    unknown = [f"{each.scenario}: {each.why}" for each in changes if each.word == "unknown"]
    if unknown or not changes:
        return Answer.UNKNOWN, tuple(unknown or ["no scenario is common to both"])
    good = [f"{each.scenario}: {each.word}" for each in changes if each.word in ("fixed", "better")]
    good += [f"{each.scenario}, races: {each}" for each in rates if each.word in ("fixed", "rarer")]
    if not good:
        return Answer.SAME, ()
    fails = [each.scenario for each in changes if each.failing[1]]
    return (Answer.BETTER if fails else Answer.FIXED), (*good, *(f"{name}: still fails" for name in fails))


def _worse(
    before: Seen, after: Seen, changes: Sequence[ScenarioChange], new: Sequence[Signature],
    rates: Sequence[RateChange], cost: Sequence[CostChange],
) -> list[str]:  # fmt: skip
    found = []
    if after.kernel.state in ("no-compile", "no-boot") and before.kernel.state == "booted":
        what = "does not compile" if after.kernel.state == "no-compile" else "does not boot"
        found.append(f"{after.label} {what}: {after.kernel.detail}")
    found += [f"{each.scenario}: {each.why}" for each in changes if each.word == "regressed"]
    found += [f"new in the log: {each.title} ({', '.join(each.scenarios) or 'no scenario'})" for each in new]
    found += [f"{each.scenario}, races: {each}" for each in rates if each.word == "regressed"]
    return found + [slower(each) for each in cost if each.word == "slower" and each.exact]


def _sentence(
    before: Seen, after: Seen, answer: Answer, reasons: Sequence[str], changes: Sequence[ScenarioChange]
) -> str:
    """One sentence; silence is told with its bound, points, orders and coverage in it."""
    head = f"{answer.upper()}: `{after.label}` against `{before.label}`"
    failed = sum(1 for each in changes if each.failing[0])
    fixed = sum(1 for each in changes if each.word == "fixed")
    gain = f"{fixed} of {failed} scenarios that failed are silent" if failed else "both are silent"
    if answer in (Answer.REGRESSED, Answer.UNKNOWN):
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        return f"{head}: {reasons[0]}{more}{f'; {gain}' if fixed else ''}."
    silent = [result for each in changes if not each.failing[1] and (result := after.result(each.scenario))]
    told = f"{head}: {gain}"
    if not silent:
        return f"{told}."
    schedules = sum(sum(result.schedules.values()) for result in silent)
    return (
        f"{told}; silent are {len(silent)} of {len(changes)} scenarios in {schedules:,} schedules: "
        f"{sentences.scope(silent, after.run.plan)}."
    )
