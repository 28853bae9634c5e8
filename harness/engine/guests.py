# SPDX-License-Identifier: GPL-2.0-only
"""What every boot of a run has in common: racer, initramfs, prepared NVDIMM image, machine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.config.models import GuestSpec
from harness.config.scenario import Scenario, driver
from harness.errors import BadInput
from harness.guest import machine
from harness.guest.plan import Accelerator, GuestPlan, Mode, Nvdimm
from harness.image.initramfs import assemble, base_initramfs, overlay
from harness.image.pmem import fresh_copy, pmem_template
from harness.image.racer import build_racer
from harness.kernel.artefacts import Kernel

OPTIONS = {"ext4": "CONFIG_EXT4_FS", "xfs": "CONFIG_XFS_FS"}


@dataclass(frozen=True)
class Supplies:
    """Paths of the base archive and of the template of the NVDIMM's image."""

    base: Path
    template: Path


def supplies(guest: GuestSpec, network: bool = False) -> Supplies:
    """Makes them, or takes them from the cache. Raises BadInput or LabBroke as the makers do."""
    base = base_initramfs(build_racer(), network)
    return Supplies(base, pmem_template(guest.nvdimm.size_bytes, guest.filesystem))


def fresh_nvdimms(nvdimms: Sequence[Nvdimm], template: Path, folder: Path) -> tuple[Nvdimm, ...]:
    """The same modules with a fresh copy of the template each, in ``folder``."""
    return tuple(replace(each, image=fresh_copy(template, folder / each.image.name)) for each in nvdimms)


@contextmanager
def furnished(plan: GuestPlan, store: Supplies, files: Mapping[str, bytes]) -> Iterator[GuestPlan]:
    """The plan with an initramfs that holds ``files`` too and a fresh image a module; gone behind the block."""
    initramfs = assemble(plan.folder / "initramfs", store.base, overlay(files))
    nvdimms = fresh_nvdimms(plan.nvdimms, store.template, plan.folder)
    try:
        yield replace(plan, initramfs=initramfs, nvdimms=nvdimms)
    finally:
        for nvdimm in nvdimms:
            nvdimm.image.unlink()
        initramfs.unlink()


def check_filesystems(kernels: Iterable[Kernel], scenarios: Iterable[Scenario], guest: GuestSpec) -> None:
    """Raises BadInput for a scenario whose file system one of the kernels is built without."""
    configs = {kernel.name: kernel.config.read_text() for kernel in kernels if kernel.config.is_file()}
    for scenario in scenarios:
        option = OPTIONS[driver(scenario.filesystem(guest.filesystem))]
        for name, config in configs.items():
            if f"{option}=y" not in config.splitlines():
                raise BadInput(
                    f"scenario {scenario.name}: kernel {name} is built without {option}: add a fragment "
                    "that sets it to the kernel's `config` in lab.yaml"
                )


def mounted(guest: GuestSpec, scenario: Scenario) -> GuestSpec:
    """The guest with the image that a scenario asks for."""
    image = scenario.image(guest.filesystem)
    return guest.model_copy(update={"filesystem": image}) if image != guest.filesystem else guest


def guest_plan(
    mode: Mode, guest: GuestSpec, bzimage: Path, folder: Path, accelerator: Accelerator, *, atomic_stops: bool = False
) -> GuestPlan:
    """A boot in ``folder``; initramfs and images are filled in by who boots it.

    A sweep has one CPU, and a second one for ``atomic_stops``.
    """
    cpus = 1 + atomic_stops if mode == "sweep" else guest.cpus
    images = tuple(Nvdimm(folder / f"nvdimm{number}", guest.nvdimm.size_bytes) for number in range(guest.nvdimm.count))
    return GuestPlan(
        mode=mode, kernel=bzimage, initramfs=folder / "initramfs", folder=folder, nvdimms=images,
        machine=machine.load(guest.machine), memory=guest.memory_bytes, cpus=cpus,
        accelerator=accelerator, filesystem=guest.filesystem,
    )  # fmt: skip
