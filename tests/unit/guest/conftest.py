# SPDX-License-Identifier: GPL-2.0-only
"""A guest of the scripted QEMU, for every way in which a guest can end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.guest import machine
from harness.guest.plan import GuestPlan, Nvdimm

FAKE = Path(__file__).parents[2] / "fakes" / "qemu"
MakePlan = Callable[[str], GuestPlan]


@pytest.fixture
def plan_of(tmp_path: Path) -> MakePlan:
    """Gives the plan of a guest that follows a script (see tests/fakes/qemu)."""

    def make(script: str) -> GuestPlan:
        kernel = tmp_path / "script"
        kernel.write_text(script)
        nvdimm = Nvdimm(tmp_path / "pmem", 128 << 20)
        folder = tmp_path / "run,1"  # a comma is what QEMU's options trip over
        return GuestPlan("sweep", kernel, tmp_path / "initramfs", folder, (nvdimm,), machine.load("pc"), qemu=str(FAKE))

    return make
