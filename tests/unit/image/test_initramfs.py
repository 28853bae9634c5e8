# SPDX-License-Identifier: GPL-2.0-only
"""What a guest boots from: small, rootless, reproducible."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.image import initramfs, programs
from harness.image.racer import build_racer
from harness.process import CommandFailed

STUB = Path(__file__).parent / "stub_racer"
pytestmark = pytest.mark.skipif(not shutil.which("busybox") or not shutil.which("gcc"), reason="needs busybox and gcc")


@pytest.fixture(autouse=True)
def a_fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def racer(tmp_path: Path) -> Path:
    return build_racer(STUB, tmp_path)


def listing(archive: bytes) -> dict[str, str]:
    """Mode by name, of all joined archives."""
    folder: dict[str, str] = {}
    done = subprocess.run(["cpio", "-itv"], input=archive, capture_output=True, check=True)
    for line in done.stdout.decode().splitlines():
        words = line.partition(" -> ")[0].split()
        folder[words[-1]] = words[0]
    return folder


def test_the_racer_needs_no_library(racer: Path) -> None:
    assert programs.libraries(racer) == []


def test_a_racer_that_does_not_compile_shows_the_compilers_words(tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text("int main(void) { int unused; return 0; }\n")
    with pytest.raises(CommandFailed, match="unused"):
        build_racer(tmp_path, tmp_path)


@pytest.mark.skipif(not shutil.which("cpio"), reason="needs cpio")
def test_the_base_of_a_sweep_holds_init_racer_and_little_else(racer: Path) -> None:
    base = initramfs.base_initramfs(racer)
    members = listing(base.read_bytes())
    assert members["init"] == members["bin/racer"] == "-rwxr-xr-x"
    assert {"dev/console", "dev/null", "dev/kmsg", "mnt", "proc", "sys", "bin/sh"} <= members.keys()
    assert "bin/dropbear" not in members
    assert base.stat().st_size < 4 << 20


@pytest.mark.skipif(not shutil.which("cpio") or not shutil.which("dropbear"), reason="needs cpio and dropbear")
def test_the_base_with_a_network_brings_dropbear_with_its_libraries(racer: Path) -> None:
    members = listing(initramfs.base_initramfs(racer, network=True).read_bytes())
    assert "bin/dropbear" in members
    assert any("libc.so" in name for name in members)
    assert "bin/ip" in members


@pytest.mark.skipif(not shutil.which("cpio"), reason="needs cpio")
def test_an_overlays_keys_are_for_root_only_and_programs_can_run() -> None:
    files = {"root/.ssh/authorized_keys": b"key", "bin/tool": b"#!", "job": b"x"}
    members = listing(initramfs.overlay(files, executable={"bin/tool"}))
    assert members["root/.ssh/authorized_keys"] == "-rw-------"
    assert members["bin/tool"] == "-rwxr-xr-x"
    assert members["job"] == "-rw-r--r--"


def test_the_assembled_file_is_base_and_overlay_in_a_row(racer: Path, tmp_path: Path) -> None:
    base, over = initramfs.base_initramfs(racer), initramfs.overlay({"job": b"x"})
    assert initramfs.assemble(tmp_path / "out", base, over).read_bytes() == base.read_bytes() + over


def test_a_missing_program_names_its_package() -> None:
    with pytest.raises(LabBroke, match="apt-get install some-package"):
        programs.host_program("no-such-program", "some-package")
