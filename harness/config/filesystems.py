# SPDX-License-Identifier: GPL-2.0-only
"""Which file systems an experiment's kernels must have: what no guest mounts is not built."""

from collections.abc import Iterable

from harness.config.models import KernelSpec, Lab
from harness.config.scenario import driver
from harness.kernel.fragments import of_filesystem


def with_filesystems(lab: Lab, more: Iterable[str] = ()) -> Lab:
    """``lab`` with the fragments of its guests' file systems, and of those named ``more``, in each kernel it builds."""
    names = sorted({lab.guest("sweep").filesystem, lab.guest("stress").filesystem} | set(more))
    needed = tuple(fragment for name in names for fragment in of_filesystem(driver(name)))
    kernels = {name: _with_fragments(spec, needed) for name, spec in lab.kernels.items()}
    return lab.model_copy(update={"kernels": kernels})


def of_mounts(mounts: Iterable[str | None]) -> tuple[str, ...]:
    """The file systems that scenarios ask for by their ``mount``."""
    return tuple(sorted({mount.removesuffix("-dax") for mount in mounts if mount}))


def _with_fragments(spec: KernelSpec, needed: tuple[str, ...]) -> KernelSpec:
    missing = tuple(fragment for fragment in needed if fragment not in spec.config)
    return spec.model_copy(update={"config": (*missing, *spec.config)}) if spec.source and missing else spec
