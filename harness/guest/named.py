# SPDX-License-Identifier: GPL-2.0-only
"""From a kernel's name in lab.yaml to the built kernel, for the verbs that boot one alone."""

from pathlib import Path

from harness.deadline import Deadline
from harness.engine.experiment import PATCHES, Choice, Wanted, debug_units, resolve
from harness.engine.kernels import request_of
from harness.errors import BadInput
from harness.kernel import prebuilt
from harness.kernel.artefacts import Kernel
from harness.kernel.build import build
from harness.kernel.sources import obtain


def kernel_named(config: Path, name: str, deadline: Deadline | None = None) -> Kernel:
    """The kernel called ``name`` in the lab.yaml ``config``, the same that a run builds, from the cache if it is there.

    Raises BadInput for an unknown name or a wrong source, KernelFailed if it does not compile.
    """
    deadline = deadline or Deadline()
    experiment = resolve(Choice(config=config))
    spec = experiment.lab.kernels.get(name)
    if spec is None:
        raise BadInput(f"{config}: kernels: there is no `{name}`; there are {', '.join(experiment.lab.kernels)}")
    if spec.build:
        return prebuilt.from_folder(spec.build)
    assert spec.source, "a kernel has either `build` or `source`"
    from harness.config.loader import load_series

    tree = obtain(spec.source, deadline)
    units = debug_units(experiment.kernels, experiment.units, tree.release)
    wanted = Wanted("with", name, spec, load_series(PATCHES / spec.series) if spec.series else None)
    return build(request_of(wanted, tree, units), deadline=deadline)
