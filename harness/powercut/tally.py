# SPDX-License-Identifier: GPL-2.0-only
"""What was cut and what failed, by scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.config.fixes import excuses_of
from harness.config.scenario import Behaviour, Scenario
from harness.points.point import Point
from harness.powercut.cases import Case
from harness.powercut.checks import Fault, Wrong
from harness.powercut.recorder import Recorder
from harness.powercut.result import Failure, Tally
from harness.sweep.records import Kind, Schedule
from harness.verdict.places import places

KNOWN_AS = {Fault.LOST: Kind.NOT_DURABLE}  # a fault that a scenario documents as a violation of a sweep


def known(
    failures: Sequence[Failure],
    scenarios: Sequence[Scenario],
    points: Sequence[Point],
    release: str,
    patches: Sequence[str] = (),
) -> list[Failure]:
    """The failures, those marked of which all is documented in their scenario, for where the schedule stops.

    ``release`` is the kernel's, ``patches`` are the names of its patch files: what these mend excuses nothing.
    """
    documented = {each.name: excuses_of(each.documented, release, patches) for each in scenarios}
    functions = {(point.function, point.offset): frozenset(frame.function for frame in point.frames) | {point.function}
                 for point in points}  # fmt: skip
    marked = []
    for failure in failures:
        stops = places(Schedule.parse(failure.schedule), functions)
        reasons = [_reason(each, documented[failure.scenario], stops) for each in failure.wrong]
        marked.append(replace(failure, known=reasons[0]) if reasons and all(reasons) else failure)
    return marked


def _reason(wrong: Wrong, documented: Mapping[Kind, Behaviour], stops: Sequence[frozenset[str]]) -> str:
    kind = KNOWN_AS.get(wrong.fault)
    rule = documented.get(kind) if kind else None
    return rule.reason if rule and rule.covers(stops) and rule.excuses([wrong.detail]) else ""


def tallies(
    scenarios: Sequence[Scenario], recorder: Recorder, found: Sequence[Case], failures: Sequence[Failure], broken: str
) -> tuple[Tally, ...]:
    """One a scenario, in their order; ``broken``: why nothing that was recorded counts."""
    return tuple(_tally(each.name, recorder, found, failures, broken) for each in scenarios)


def _tally(
    scenario: str, recorder: Recorder, found: Sequence[Case], failures: Sequence[Failure], broken: str
) -> Tally:  # fmt: skip
    own = [case for case in found if any(claim.cut.scenario == scenario for claim in case.claims)]
    claims = [claim for case in own for claim in case.claims if claim.cut.scenario == scenario]
    failed = [failure for failure in failures if failure.scenario == scenario]
    result = recorder.result(scenario)
    return Tally(
        scenario=scenario, schedules=len({claim.cut.schedule for claim in claims}), cuts=len(claims),
        promised=sum(claim.promised for claim in claims), images=len(own),
        failing=sum(not failure.known for failure in failed), known=sum(bool(failure.known) for failure in failed),
        broken=result.broken or broken or _uncontrolled(recorder, result.complete), recorded=result.complete,
    )  # fmt: skip


def _uncontrolled(recorder: Recorder, complete: bool) -> str:
    """A recording that ran to its end says nothing unless it was held against the medium."""
    return "the recording was never held against the guest's medium" if complete and not recorder.whole else ""
