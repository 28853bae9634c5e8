# SPDX-License-Identifier: GPL-2.0-only
"""dirty-tags.ko and durability.ko in a real guest: every answer brought about, every invariant broken on purpose.

The kernels are those of lab.yaml, or of the file that LAB_TEST_CONFIG names.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from harness import folders
from harness.config.filesystems import with_filesystems
from harness.deadline import Deadline
from harness.engine.experiment import Choice, debug_units, resolve
from harness.engine.kernels import request_of
from harness.guest import machine
from harness.guest.plan import GuestPlan, Nvdimm
from harness.guest.runner import Guest
from harness.image import initramfs, pmem
from harness.image.racer import build_racer
from harness.kernel.artefacts import Kernel
from harness.kernel.build import build
from harness.kernel.sources import obtain

CONFIG = Path(os.environ.get("LAB_TEST_CONFIG", folders.PROJECT / "lab.yaml"))
ORACLES = Path(__file__).parents[1] / "guest" / "oracles"
SIZE = 128 << 20


@pytest.fixture(scope="module")
def kernel() -> Callable[[str, str], Kernel]:
    """A kernel of lab.yaml by its side and its guest's file system, with one module more."""

    @cache
    def built(side: str, filesystem: str) -> Kernel:
        experiment = resolve(Choice(config=CONFIG))
        wanted = next(each for each in experiment.kernels if each.side == side)
        spec = with_filesystems(experiment.lab, [filesystem]).kernels[wanted.name]
        assert spec.source
        tree = obtain(spec.source, Deadline())
        units = debug_units(experiment.kernels, experiment.units, tree.release)
        request = request_of(replace(wanted, spec=spec), tree, units)
        return build(replace(request, modules=(*request.modules, ORACLES / "poke")), deadline=Deadline())

    return built


def plan(kernel: Kernel, folder: Path, filesystem: str) -> GuestPlan:
    """A guest of the sweep that runs the program of ORACLES."""
    wanted = ("dirty-tags", "durability", "poke")
    modules = {f"modules/{name}.ko": kernel.modules[name].read_bytes() for name in wanted}
    base = initramfs.base_initramfs(build_racer(ORACLES))
    image = initramfs.assemble(folder / "initramfs", base, initramfs.overlay(modules))
    media = Nvdimm(pmem.fresh_copy(pmem.pmem_template(SIZE, filesystem), folder / "nvdimm"), SIZE)
    return GuestPlan("sweep", kernel.bzimage, image, folder, (media,), machine.load("pc"), filesystem=filesystem)


@pytest.mark.parametrize(("side", "filesystem"), [("with", "ext4"), ("with", "xfs"), ("without", "ext4")])
def test_the_oracles_answer_as_they_must_where_nothing_races(
    kernel: Callable[[str, str], Kernel], tmp_path: Path, side: str, filesystem: str
) -> None:
    boot = plan(kernel(side, filesystem), tmp_path, filesystem)
    with Guest(boot) as guest:
        ended = guest.wait(Deadline.after(60))
    lines = boot.records.read_text().splitlines()
    assert ended.kind == "finished", ended
    assert [line for line in lines if line.startswith(("not ok", "Bail out"))] == []
    done = [line for line in lines if line.startswith("ok ")]
    assert lines[-1:] == [f"1..{len(done)}"]
    assert len(done) > 75
