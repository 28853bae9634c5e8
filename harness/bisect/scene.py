# SPDX-License-Identifier: GPL-2.0-only
"""What every commit of a bisect is tried with: a kernel's config and compiler, one scenario, guests."""

from dataclasses import dataclass
from pathlib import Path

from harness.config import loader
from harness.config.filesystems import of_mounts, with_filesystems
from harness.config.models import KernelSpec, Lab
from harness.config.scenario import Scenario
from harness.engine.experiment import scenario_named


@dataclass(frozen=True)
class Scene:
    """``base``: the kernel in lab.yaml whose config and compiler are used; ``units``: files with points."""

    lab: Lab
    base: str
    scenario: Scenario
    units: tuple[str, ...]

    @property
    def spec(self) -> KernelSpec:
        """The base kernel, with the scenario's file system."""
        return self.lab.kernels[self.base]


def scene(config: Path, base: str | None, scenario: str, bound: int, units: tuple[str, ...]) -> Scene:
    """Joins lab.yaml and the command line. Raises BadInput for a kernel or scenario that there is not."""
    lab = loader.load_lab(config)
    name = base or lab.experiment.with_
    loader.check_kernel(config, name, lab.kernels)
    wanted = scenario_named(scenario, loader.load_scenarios()).at_most(bound)
    lab = with_filesystems(lab, of_mounts([wanted.mount]))
    return Scene(lab, name, wanted, units or lab.experiment.points.units)
