# SPDX-License-Identifier: GPL-2.0-only
"""What every boot of a run has in common: racer, initramfs, prepared NVDIMM image, machine."""

from dataclasses import dataclass
from pathlib import Path

from harness.config.models import GuestSpec
from harness.guest import machine
from harness.guest.plan import Accelerator, GuestPlan, Mode, Nvdimm
from harness.image.initramfs import base_initramfs
from harness.image.pmem import pmem_template
from harness.image.racer import build_racer


@dataclass(frozen=True)
class Supplies:
    """Paths of the base archive and of the template of the NVDIMM's image."""

    base: Path
    template: Path


def supplies(guest: GuestSpec, network: bool = False) -> Supplies:
    """Makes them, or takes them from the cache. Raises BadInput or LabBroke as the makers do."""
    base = base_initramfs(build_racer(), network)
    return Supplies(base, pmem_template(guest.nvdimm.size_bytes, guest.filesystem))


def guest_plan(mode: Mode, guest: GuestSpec, bzimage: Path, folder: Path, accelerator: Accelerator) -> GuestPlan:
    """A boot in ``folder``; initramfs and images are filled in by who boots it."""
    image = Nvdimm(folder / "nvdimm", guest.nvdimm.size_bytes)
    return GuestPlan(
        mode=mode, kernel=bzimage, initramfs=folder / "initramfs", folder=folder, nvdimms=(image,),
        machine=machine.load(guest.machine), memory=guest.memory_bytes, cpus=1 if mode == "sweep" else guest.cpus,
        accelerator=accelerator, filesystem=guest.filesystem,
    )  # fmt: skip
