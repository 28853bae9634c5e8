# SPDX-License-Identifier: GPL-2.0-only
"""Another Debian release's compiler, set up by mmdebstrap and entered for a build."""

from dataclasses import replace
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.kernel.build import build
from harness.kernel.debian_root import lacking
from harness.kernel.toolchain import Toolchain, Wish, choose
from tests.fakes import kernel as fake

UNREACHABLE = ("Could not resolve", "Temporary failure resolving", "Unable to connect", "Could not connect")


@pytest.fixture(scope="module")
def bullseye() -> Toolchain:
    """Of the user's cache, so that it is set up once."""
    if lacks := lacking():
        pytest.skip(lacks)
    try:
        return choose("6.1.7", Wish(toolchain="debian-11"))
    except LabBroke as error:
        if any(word in str(error) for word in UNREACHABLE):
            pytest.skip(str(error))
        raise


def test_a_kernel_and_its_modules_are_built_by_another_debians_compiler(bullseye: Toolchain, tmp_path: Path) -> None:
    request = fake.request(tmp_path, modules=(fake.module_in(tmp_path),))
    kernel = build(replace(request, toolchain=bullseye), deadline=Deadline())
    with kernel.vmlinux.open("rb") as stream:
        comment = ELFFile(stream).get_section_by_name(".comment").data()
    assert b"GCC: (Debian 10.2" in comment
    assert set(kernel.modules) == {"probe"}
