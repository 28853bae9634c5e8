# SPDX-License-Identifier: GPL-2.0-only
"""Builds the kernels of an experiment and finds their points; how far each came is told, never thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from harness.deadline import Deadline
from harness.engine.experiment import Experiment, Wanted, debug_units
from harness.engine.subject import Subject
from harness.errors import BadInput, KernelFailed, LabBroke, OutOfTime
from harness.kernel import prebuilt
from harness.kernel.abilities import sweep_lacks
from harness.kernel.artefacts import Kernel
from harness.kernel.build import BuildRequest, build
from harness.kernel.sources import SourceTree, obtain_for
from harness.kernel.spec import module_folders, request_for
from harness.points import cache
from harness.points.finder import find_points
from harness.points.point import Point
from harness.progress import say
from harness.results.run import KernelInfo


@dataclass(frozen=True)
class Made:
    """One kernel of the experiment as far as it came; ``kernel`` is None if there is none to boot.

    ``tree``: the source without the kernel's patches, None for a prebuilt kernel.
    """

    wanted: Wanted
    info: KernelInfo
    kernel: Kernel | None
    tree: SourceTree | None = None


def make_kernels(experiment: Experiment, deadline: Deadline) -> list[Made]:
    """Builds each, in place one after the other. What the deadline leaves no time for is `not-run`.

    Raises BadInput for a wrong source, patch or config, LabBroke.
    """
    try:
        trees = {wanted.name: obtain_for(wanted.spec, deadline) for wanted in experiment.kernels if wanted.spec.source}
    except LabBroke as error:
        return [_late(wanted, KernelInfo(wanted.name, wanted.side), error, deadline) for wanted in experiment.kernels]
    units = tuple(experiment.units)
    for tree in trees.values():
        units = debug_units(experiment.kernels, units, tree.release)
    made = [_make(wanted, trees.get(wanted.name), units, deadline) for wanted in experiment.kernels]
    more = tuple(unit for unit in differing_units(made) if unit not in units)
    if more:
        say(f"the code of {', '.join(more)} differs too: building again with its debug information")
        made = [_make(wanted, trees.get(wanted.name), (*units, *more), deadline) for wanted in experiment.kernels]
    return made


def request_of(wanted: Wanted, tree: SourceTree, units: Sequence[str]) -> BuildRequest:
    """What is to be built for one kernel from an unpacked source."""
    return request_for(wanted.name, wanted.spec, tree, wanted.patches(tree.release), units)


def _make(wanted: Wanted, tree: SourceTree | None, units: Sequence[str], deadline: Deadline) -> Made:
    info = KernelInfo(name=wanted.name, side=wanted.side)
    try:
        return _made(wanted, info, tree, units, deadline)
    except LabBroke as error:
        return _late(wanted, info, error, deadline, tree)


def _late(
    wanted: Wanted, info: KernelInfo, error: LabBroke, deadline: Deadline, tree: SourceTree | None = None
) -> Made:
    """A kernel for which no time was left. Raises ``error`` where that is not what it says."""
    if not (isinstance(error, OutOfTime) or deadline.passed):
        raise error
    told = f"the budget ended: {error}"
    return Made(wanted, replace(info, release=tree.release if tree else "", state="not-run", detail=told), None, tree)


def _made(wanted: Wanted, info: KernelInfo, tree: SourceTree | None, units: Sequence[str], deadline: Deadline) -> Made:
    if tree is None:
        assert wanted.spec.build is not None
        kernel = prebuilt.from_folder(wanted.spec.build, wanted.name, own=module_folders(), deadline=deadline)
        return Made(wanted, _described(info, kernel, f"prebuilt in {wanted.spec.build}", wanted), kernel)
    request = request_of(wanted, tree, units)
    patches, told = tuple(path.name for path in request.patches), ", ".join(request.toolchain.told)
    info = replace(info, release=tree.release, source=tree.note, patches=patches, toolchain=told)
    try:
        kernel = build(request, deadline=deadline)
    except KernelFailed as error:
        return Made(wanted, replace(info, state="no-compile", detail=str(error)), None, tree)
    return Made(wanted, _described(info, kernel, tree.note, wanted), kernel, tree)


def _described(info: KernelInfo, kernel: Kernel, source: str, wanted: Wanted) -> KernelInfo:
    series, modules = wanted.series, kernel.modules_folder
    return replace(
        info, release=kernel.release, key=kernel.key, build_id=kernel.build_id, source=source,
        modules=modules.name if modules else "", lacks=sweep_lacks(kernel.config),
        series=series.name if series else "", version=(wanted.spec.version or series.newest) if series else "",
    )  # fmt: skip


def differing_units(made: Sequence[Made]) -> list[str]:
    """Source files whose object code differs between the kernels: points belong there too.

    Kernels of two configs or toolchains differ in every object, which says nothing of the patch.
    """
    built = [(each.info, each.kernel) for each in made if each.kernel is not None and each.kernel.objects]
    names: set[str] = set()
    for (info, one), (other_info, other) in combinations(built, 2):
        # Before 4.18 a config does not tell the compiler.
        if info.toolchain == other_info.toolchain and one.config.read_bytes() == other.config.read_bytes():
            common = one.objects.keys() & other.objects.keys()
            names |= {name for name in common if one.objects[name] != other.objects[name]}
    return sorted(name.removesuffix(".o") + ".c" for name in names)


def subject(made: Made, units: Sequence[str], *, every_instruction: bool) -> Subject:
    """A built kernel with its points, from the file beside the kernel where they were found before."""
    assert made.kernel is not None
    points = points_of(made.kernel, sorted(units), every_instruction)
    return Subject(made.wanted.name, made.kernel, tuple(points))


def points_of(kernel: Kernel, units: Sequence[str], every_instruction: bool) -> list[Point]:
    """Points of ``units``, from the file beside the kernel where they were found before."""
    from harness.image.content import digest

    name = f"points-{digest(*units, str(every_instruction))[:16]}.json"
    path = kernel.folder / name
    if path.is_file():
        return cache.load(path)
    points = find_points(kernel.vmlinux, units, every_instruction=every_instruction)
    if not points:
        raise BadInput(f"{', '.join(units)}: no preemption point in {kernel.vmlinux}")
    cache.save(points, path)
    return points
