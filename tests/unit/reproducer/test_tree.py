# SPDX-License-Identifier: GPL-2.0-only
"""The tree that `lab reproducer` writes: whole, compiling, with a README of ten lines."""

import filecmp
import subprocess
from pathlib import Path

import pytest

from harness.cli import main
from harness.config.models import GuestSpec
from harness.image.fsdax import INFO_OFFSET, info_block
from harness.image.pmem import pmem_template
from harness.reproducer.image import image_script
from harness.results.folder import RunFolder
from tests.fakes import prebuilt
from tests.fakes.prebuilt import BAD, GOOD, NAME


@pytest.fixture
def schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The failing schedule of a run on made-up kernels."""
    kernels = prebuilt.compiled_pair(tmp_path / "kernels")
    prebuilt.scripted(tmp_path, monkeypatch)
    run = prebuilt.perform(kernels, [BAD], [GOOD])
    result = run.result(NAME, "other")
    assert result
    return str(result.outcomes[0].schedule)


def write(schedule: str, place: Path) -> int:
    return main(["reproducer", "last", schedule, "-o", str(place)])


def test_the_tree_is_whole_and_its_program_compiles(schedule: str, tmp_path: Path) -> None:
    place = tmp_path / "tree"
    assert write(schedule, place) == 0
    assert len((place / "README").read_text().splitlines()) == 10
    assert " (prebuilt in " in (place / "README").read_text()
    assert f"Schedule: {schedule} " in (place / "README").read_text()
    assert '#define SCHEDULE "AB A0#1"' in (place / "schedule.h").read_text()
    assert '#define SHOWED "sigbus"' in (place / "schedule.h").read_text()
    assert (place / "fsdax-info").read_bytes() == info_block(GuestSpec().nvdimm.size_bytes)
    built = RunFolder.open("last").load().kernels[0]
    vmlinux = tmp_path / "cache" / "kernels" / built.key / "vmlinux"
    words = ["make", "repro", f"VMLINUX={vmlinux}", "CC=gcc -Werror"]
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (place / "repro").is_file()


def test_the_qemu_line_is_the_labs_without_its_ports_and_paths(schedule: str, tmp_path: Path) -> None:
    write(schedule, tmp_path / "tree")
    line = (tmp_path / "tree" / "qemu.sh").read_text().splitlines()[-1]
    assert line.startswith('exec "$1" ')
    for word in (
        "-icount shift=1,sleep=off",
        '-kernel "$2"',
        "-initrd initramfs.cpio",
        "mem-path=pmem.img",
        "-serial stdio",
    ):
        assert word in line
    for word in ("lab.", "records", "virtio", str(tmp_path)):
        assert word not in line
    subprocess.run(["sh", "-n", tmp_path / "tree" / "qemu.sh"], check=True)


def test_modules_that_the_scenario_does_not_need_are_left_out(schedule: str, tmp_path: Path) -> None:
    write(schedule, tmp_path / "tree")
    names = {path.name for path in (tmp_path / "tree" / "modules").iterdir()}
    assert "interleave" in names
    assert not (tmp_path / "tree" / "racer" / "stress.c").exists()


def test_a_tree_that_is_there_is_not_written_over(
    schedule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tree").mkdir()
    assert write(schedule, tmp_path / "tree") == 2
    assert "File exists: name a folder that is not there yet with -o" in capsys.readouterr().err


def test_a_schedule_that_did_not_fail_is_refused(
    schedule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["reproducer", "last", "BA", "--scenario", NAME, "--kernel", "other", "-o", str(tmp_path / "tree")]
    assert main(words) == 2
    assert "`BA` did not fail in" in capsys.readouterr().err
    assert not (tmp_path / "tree").exists()


@pytest.mark.parametrize("filesystem", ["ext4", "xfs", "xfs-aligned"])
def test_pmem_sh_makes_an_image_that_comes_up_as_the_labs_does(tmp_path: Path, filesystem: str) -> None:
    guest = GuestSpec()
    size = guest.nvdimm.size_bytes
    (tmp_path / "fsdax-info").write_bytes(info_block(size))
    (tmp_path / "pmem.sh").write_text(image_script(guest, filesystem))
    said = subprocess.run(["sh", "pmem.sh"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert said.stdout + said.stderr == ""
    image, ours = tmp_path / "pmem.img", pmem_template(size, filesystem)
    if filesystem == "ext4":
        assert filecmp.cmp(image, ours, shallow=False)
    assert image.stat().st_size == ours.stat().st_size
    with image.open("rb") as one, ours.open("rb") as other:
        one.seek(INFO_OFFSET), other.seek(INFO_OFFSET)
        assert one.read(4096) == other.read(4096)
        one.seek((2 << 20) + 1024), other.seek((2 << 20) + 1024)
        assert one.read(64)[:8] == other.read(64)[:8], "inodes and blocks of the super block, or XFS's second sector"
        one.seek((2 << 20) + 184), other.seek((2 << 20) + 184)
        assert one.read(8) == other.read(8), "unit and width of XFS's stripe"
