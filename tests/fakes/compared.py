# SPDX-License-Identifier: GPL-2.0-only
"""Kernels to compare, made from the scenarios of tests/fakes/results.py: each with its own way to fail, lines, log."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from harness.compare.seen import Seen
from harness.points.point import Point
from harness.results.run import GuestFinding, KernelInfo
from harness.sweep.records import StressResult, SweepResult
from tests.fakes.results import FAKES, POINTS, Judge, run, swept

NAMES = tuple(fake.plan.name for fake in FAKES)


def sweeps(label: str, judges: Mapping[str, Judge]) -> tuple[SweepResult, ...]:
    """Every scenario, failing where ``judges`` says so by name, silent elsewhere."""
    return tuple(swept(fake, label, judges.get(fake.plan.name)) for fake in FAKES)


def kernel(
    label: str, judges: Mapping[str, Judge] | None = None, points: tuple[Point, ...] = POINTS,
    sources: Mapping[str, str] | None = None, findings: Iterable[GuestFinding] = (),
    stress: Iterable[StressResult] = (), state: str = "booted",
) -> Seen:  # fmt: skip
    """One kernel as its run left it."""
    info = replace(KernelInfo(label, "with", "6.1.170"), state=state, detail="fs/dax.c:1: error")
    results = sweeps(label, judges or {}) if state == "booted" else ()
    found = replace(
        run(), kernels=(info,), results=results, stress=tuple(stress), findings=tuple(findings),
        points={label: points},
    )  # fmt: skip
    return Seen(label, found, info, sources or {})


def with_result(seen: Seen, result: SweepResult) -> Seen:
    """The same with another result of one scenario."""
    results = tuple(result if each.scenario == result.scenario else each for each in seen.run.results)
    return replace(seen, run=replace(seen.run, results=results))


def shifted(points: tuple[Point, ...], by: int) -> tuple[Point, ...]:
    """The points of a kernel whose source has ``by`` lines more in front."""
    return tuple(
        replace(point, frames=tuple(replace(frame, line=frame.line + by) for frame in point.frames))
        for point in points
    )  # fmt: skip
