# SPDX-License-Identifier: GPL-2.0-only
"""What a guest of the scripted QEMU needs."""

from pathlib import Path

import pytest

from harness.config.models import GuestSpec
from harness.engine.guests import Supplies
from tests.fakes.boots import Boots, scripted_qemu
from tests.fakes.prebuilt import compiled_pair


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test waits for QEMU, which is fake."""
    scripted_qemu(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of two prebuilt kernels and a lab.yaml that names them."""
    return compiled_pair(tmp_path_factory.mktemp("kernels"))


@pytest.fixture
def boots(tmp_path: Path) -> Boots:
    """One kernel's boots."""
    folder = tmp_path / "kernel"
    folder.mkdir()
    return Boots(folder)


@pytest.fixture
def supplies(tmp_path: Path) -> Supplies:
    """A base archive and an image that are good enough for a QEMU that reads neither."""
    base, template = tmp_path / "base.cpio", tmp_path / "template"
    base.write_bytes(b"")
    template.write_bytes(b"pmem")
    return Supplies(base, template)


@pytest.fixture
def guest() -> GuestSpec:
    """The default guest."""
    return GuestSpec()
