# SPDX-License-Identifier: GPL-2.0-only
"""From a kernel's name in lab.yaml to the built kernel, for the verbs that boot one alone."""

from pathlib import Path

from harness.config.filesystems import with_filesystems
from harness.config.loader import check_kernel
from harness.config.models import KernelSpec
from harness.deadline import Deadline
from harness.engine.experiment import Choice, Experiment, debug_units, resolve
from harness.kernel import spec as kernels
from harness.kernel.artefacts import Kernel
from harness.kernel.sources import obtain_for


def kernel_named(config: Path, name: str, deadline: Deadline | None = None, filesystem: str = "ext4") -> Kernel:
    """The kernel called ``name`` in the lab.yaml ``config``, the same that a run builds, from the cache if it is there.

    ``filesystem``: what its guest will mount, beside those of lab.yaml.

    Raises BadInput for an unknown name or a wrong source, KernelFailed if it does not compile.
    """
    return kernel_and_units(config, name, deadline, filesystem)[0]


def kernel_and_units(
    config: Path, name: str, deadline: Deadline | None = None, filesystem: str = "ext4"
) -> tuple[Kernel, tuple[str, ...]]:
    """The same, and the source files that a run gives points on it."""
    deadline = deadline or Deadline()
    experiment = resolve(Choice(config=config))
    check_kernel(config, name, experiment.lab.kernels)
    spec = with_filesystems(experiment.lab, [filesystem]).kernels[name]
    if not spec.source:
        return kernels.kernel(name, spec, (), deadline), experiment.units
    # Another set with debug information would be another kernel of the cache.
    units = _units(experiment, spec, deadline)
    return kernels.kernel(name, spec, units, deadline), units


def _units(experiment: Experiment, spec: KernelSpec, deadline: Deadline) -> tuple[str, ...]:
    return debug_units(experiment.kernels, experiment.units, obtain_for(spec, deadline).release)
