# SPDX-License-Identifier: GPL-2.0-only
"""The probe believes a guest that ran, and nothing else."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.guest import accel

HANGS = """#!/bin/sh
case "$*" in
*--version*) echo QEMU 99 ;;
*'-accel kvm'*) exec sleep 60 ;;
*) exit 85 ;;
esac
"""
WORKS = HANGS.replace("exec sleep 60", "exit 85")
BROKEN = "#!/bin/sh\necho QEMU 99\n"


@pytest.fixture(autouse=True)
def a_fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test asks anew, and quickly."""
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(accel.boots, "__defaults__", (0.3,))


def fake(folder: Path, script: str) -> str:
    path = folder / "qemu"
    path.write_text(script)
    path.chmod(0o755)
    return str(path)


def device(folder: Path) -> Path:
    path = folder / "kvm"
    path.touch()
    return path


def test_kvm_that_opens_but_never_runs_a_guest_is_not_used(tmp_path: Path) -> None:
    assert accel.probe(fake(tmp_path, HANGS), device(tmp_path)) == "tcg"


def test_kvm_that_runs_a_guest_is_used(tmp_path: Path) -> None:
    assert accel.probe(fake(tmp_path, WORKS), device(tmp_path)) == "kvm"


def test_without_the_device_kvm_is_not_even_tried(tmp_path: Path) -> None:
    assert accel.probe(fake(tmp_path, WORKS), tmp_path / "none") == "tcg"


def test_the_answer_is_remembered_for_this_qemu_only(tmp_path: Path) -> None:
    assert accel.probe(fake(tmp_path, WORKS), device(tmp_path)) == "kvm"
    assert accel.probe(fake(tmp_path, HANGS), device(tmp_path)) == "kvm"
    assert accel.probe(fake(tmp_path, HANGS.replace("99", "100")), device(tmp_path)) == "tcg"
    assert sorted(json.loads((tmp_path / "cache" / "acceleration.json").read_text()).values()) == ["kvm", "tcg"]


def test_a_qemu_that_runs_nothing_is_the_labs_trouble(tmp_path: Path) -> None:
    with pytest.raises(LabBroke, match="runs no guest"):
        accel.probe(fake(tmp_path, BROKEN), device(tmp_path))


@pytest.mark.skipif(not shutil.which("as"), reason="needs binutils")
def test_the_probes_bytes_are_its_assembler_source(tmp_path: Path) -> None:
    source = Path(accel.__file__).with_name("probe.S")
    subprocess.run(["as", "--64", "-o", tmp_path / "o", source], check=True)
    subprocess.run(["objcopy", "-O", "binary", "-j", ".text", tmp_path / "o", tmp_path / "bin"], check=True)
    assert (tmp_path / "bin").read_bytes().rstrip(b"\x90") == accel.PROGRAM


@pytest.mark.skipif(not shutil.which("qemu-system-x86_64"), reason="needs QEMU")
def test_a_real_emulated_guest_reaches_long_mode() -> None:
    assert accel.boots("qemu-system-x86_64", "tcg", 30)
