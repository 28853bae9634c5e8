# SPDX-License-Identifier: GPL-2.0-only
"""One kernel of a comparison: what its run found out, and its sources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from harness.compare.lines import Sources
from harness.errors import BadInput
from harness.kernel import artefacts
from harness.points.point import Point
from harness.results.run import GuestFinding, KernelInfo, Run
from harness.sweep.records import Stop, StressResult, SweepResult
from harness.sweep.window import source_line

Place = tuple[str, str, int]  # function, file, line


@dataclass(frozen=True)
class Seen:
    """``label`` is what the comparison calls the kernel ``kernel`` of ``run``."""

    label: str
    run: Run
    kernel: KernelInfo
    sources: Sources = field(default_factory=dict)

    @property
    def points(self) -> tuple[Point, ...]:
        """Those that its results name."""
        return self.run.points.get(self.kernel.name, ())

    @cached_property
    def places(self) -> Mapping[tuple[str, int], Place]:
        """Of each point, by ELF function and offset, the source place that it is shown as."""
        return {(point.function, point.offset): place_of(point) for point in self.points}

    def place(self, stop: Stop) -> Place:
        """The source place of a stop; of one that has none, the function alone."""
        return self.places.get((stop.function, stop.offset), (stop.function, "", 0))

    def result(self, scenario: str) -> SweepResult | None:
        """Its sweep of that scenario, None if there is none."""
        return self.run.result(scenario, self.kernel.name)

    def race(self, scenario: str) -> StressResult | None:
        """Its stress of that scenario, None if there is none."""
        return self.run.race(scenario, self.kernel.name)

    @property
    def findings(self) -> tuple[GuestFinding, ...]:
        """What its log holds."""
        return tuple(each for each in self.run.findings if each.kernel == self.kernel.name)


def place_of(point: Point) -> Place:
    """Function, file and line to show for a point."""
    frame = source_line(point)
    return (frame.function, frame.file, frame.line) if frame else (point.function, "", 0)


def seen(label: str, run: Run, name: str) -> Seen:
    """The kernel ``name`` of ``run``, with those of its sources that the cache still has. Raises BadInput."""
    info = next((each for each in run.kernels if each.name == name), None)
    if info is None:
        known = ", ".join(each.name for each in run.kernels)
        raise BadInput(f"run {run.number} has no kernel `{name}`; it has {known}")
    files = {frame.file for point in run.points.get(name, ()) for frame in point.frames if frame.file.endswith(".c")}
    return Seen(label, run, info, _sources(info, sorted(files)))


def _sources(info: KernelInfo, files: Iterable[str]) -> dict[str, str]:
    kernel = artefacts.load(info.key, info.name) if info.key else None
    found = {}
    for file in files if kernel else ():
        assert kernel
        try:
            found[file] = kernel.source(file)
        except BadInput:
            continue  # no file that was edited or asked for
    return found
