# SPDX-License-Identifier: GPL-2.0-only
"""What a past run swept, made again: the same points on a kernel of the same content, pruned as they were."""

from dataclasses import replace

from harness.engine.kernels import points_of
from harness.engine.subject import Subject
from harness.errors import BadInput
from harness.kernel.artefacts import Kernel
from harness.points.point import Point
from harness.results.run import KernelInfo, Run


def past_points(run: Run, info: KernelInfo, kernel: Kernel) -> tuple[Point, ...]:
    """Where the run could stop on that kernel: `lab try` has points in some functions alone.

    Raises BadInput where the run does not say which, or where they are not found again.
    """
    points = points_of(kernel, list(run.plan.units), run.plan.granularity == "instructions")
    functions = set(run.plan.functions.get(info.name, ()))
    if not functions:
        if run.is_trial:
            raise BadInput(
                f"run {run.number} is one of `lab try` from before it was kept in which functions it had points: "
                f"make it again ({run.reproduce})"
            )
        return tuple(points)
    if lost := sorted(functions - {point.function for point in points}):
        raise BadInput(f"run {run.number} had points in {', '.join(lost)}, which {info.name} has not any more")
    found = (point for point in points if point.function in functions)
    return tuple(replace(point, index=index) for index, point in enumerate(found))


def past_subject(run: Run, info: KernelInfo, kernel: Kernel) -> Subject:
    """The kernel with these points, and what was pruned. Raises BadInput as past_points() does, and where the run does
    not say from how many stops on it was pruned."""
    subject = Subject(info.name, kernel, past_points(run, info, kernel))
    if run.plan.prune_from:
        return subject.pruned(run.plan.prune_from)
    if not any(result.pruned for result in run.results if result.kernel == info.name):
        return subject
    if run.is_pairs:
        raise BadInput(
            f"run {run.number} was pruned before it was kept from how many stops on: replay its schedules one by one, "
            f"or make it again ({run.reproduce})"
        )
    return subject.pruned()  # as `lab run --prune` always was
