# SPDX-License-Identifier: GPL-2.0-only
"""From a kernel's section of lab.yaml to the kernel."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from harness import folders
from harness.config.loader import load_series
from harness.config.models import GitSource, KernelSpec
from harness.config.series import Series
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel import fragments, prebuilt, sources
from harness.kernel.abilities import possible
from harness.kernel.artefacts import Kernel
from harness.kernel.build import BuildRequest, build
from harness.kernel.fragments import UNKNOWN, numbers
from harness.kernel.sources import SourceTree
from harness.kernel.toolchain import Toolchain, Wish, choose

MODULES = folders.PROJECT / "guest-tests" / "modules"
NETWORK_SECONDS = 600.0
PATCHES = folders.PROJECT / "patches"
# Before, nvdimm_namespace_attach_pfn() takes a namespace in RAM mode with data at 8 KiB alone (315c562536c4,
# "libnvdimm, pfn: add 'align' attribute, default to HPAGE_SIZE", v4.5).
OLDEST = "4.5"


def kernel(name: str, spec: KernelSpec, units: Iterable[str], deadline: Deadline) -> Kernel:
    """The kernel ``name`` of lab.yaml, built or prebuilt, with the lab's modules.

    Raises BadInput, KernelFailed, LabBroke.
    """
    if spec.build:
        return prebuilt.from_folder(Path(spec.build), name, own=module_folders(), deadline=deadline)
    return build(request(name, spec, units, deadline), deadline=deadline)


def request(name: str, spec: KernelSpec, units: Iterable[str], deadline: Deadline) -> BuildRequest:
    """What to build for a kernel that has a source; the source is fetched if it is not in the cache."""
    if not spec.source:
        raise BadInput(f"kernels.{name}: it is prebuilt (`build`), there is nothing to build")
    source = sources.obtain_for(spec, deadline)
    return request_for(name, spec, source, patches(spec, source), sorted(set(units)))


def request_for(
    name: str, spec: KernelSpec, source: SourceTree, patched: Iterable[Path], units: Iterable[str]
) -> BuildRequest:
    """What to build from an unpacked source with the patches ``patched``, in their order.

    Raises BadInput for a release whose driver cannot take the lab's NVDIMMs.
    """
    if UNKNOWN < numbers(source.release) < numbers(OLDEST):
        raise BadInput(
            f"kernels.{name}: Linux {source.release} is older than {OLDEST}: it knows no NVDIMM whose data begin at "
            "2 MiB, as the lab's do, and would have no /dev/pmem0; take a newer one"
        )
    asked = BuildRequest(
        name=name, source=source, patches=tuple(patched),
        fragments=fragments.chosen(spec.config, spec.debug), debug_units=tuple(units),
        toolchain=toolchain_of(spec, source.release),
    )  # fmt: skip
    # A fragment of the user's may turn kprobes off. What no fragment speaks of is left to the kernel's defaults.
    values = {option.name: option.value for option in asked.options}
    return replace(asked, modules=possible(module_folders(), values, source.release, unsaid="y"))


def toolchain_of(spec: KernelSpec, release: str) -> Toolchain:
    """Compiler, linker and what make is told beside, for a kernel of lab.yaml. Raises BadInput."""
    return choose(release, Wish(spec.cc, spec.ld, spec.hostcflags, spec.make, spec.toolchain))


def patches(spec: KernelSpec, source: SourceTree) -> tuple[Path, ...]:
    """The patch files of a kernel for the release of ``source``, in order: reverts, its series, its `patches`."""
    return patches_for(spec, load_series(PATCHES / spec.series) if spec.series else None, source.release)


def patches_for(spec: KernelSpec, series: Series | None, release: str) -> tuple[Path, ...]:
    """The same with the series that was loaded."""
    from harness.kernel.patches import gathered, history_of
    from harness.kernel.patches.commits import reverts

    deadline = Deadline.after(NETWORK_SECONDS)
    onto = sources.ref_of(spec) if isinstance(spec.source, GitSource) and not spec.history else None
    back = reverts(history_of(spec), spec.revert, onto, deadline) if spec.revert else ()
    named = series.patches(release, spec.version) if series else ()
    return (*back, *named, *gathered(spec, deadline))


def module_folders() -> tuple[Path, ...]:
    """The lab's modules."""
    return tuple(sorted(path for path in MODULES.iterdir() if (path / "Kbuild").is_file())) if MODULES.is_dir() else ()
