# SPDX-License-Identifier: GPL-2.0-only
"""Real guests: booted, exact, and ended in each way a kernel can end.

The kernel is lab.yaml's, or the file that LAB_TEST_BZIMAGE names.
"""

import hashlib
import os
import signal
import struct
import time
from dataclasses import replace
from pathlib import Path

import pytest

from harness import folders
from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.guest import early, machine
from harness.guest.plan import GuestPlan, Nvdimm
from harness.guest.runner import Guest
from harness.guest.session import Wish, session
from harness.image import initramfs, pmem
from harness.image.racer import build_racer

STUB = Path(__file__).parents[1] / "unit" / "image" / "stub_racer"
SIZE = 128 << 20
BOOTS = 3
NO_ROOM = "mem=1M"  # no room for page tables: a panic in setup_arch(), long before the serial console
GOAL = 6.0  # seconds from QEMU's start to the racer's first record, on a host that is not loaded: 2 to 2.7 as a rule


@pytest.fixture(scope="module")
def bzimage() -> Path:
    """The kernel to boot."""
    if given := os.environ.get("LAB_TEST_BZIMAGE"):
        return Path(given)
    from harness.guest.named import kernel_named

    return kernel_named(folders.PROJECT / "lab.yaml", "stock").bzimage


@pytest.fixture(scope="module")
def xfs_bzimage() -> Path:
    """A kernel to boot that has xfs, which only guests that mount it ask for."""
    if given := os.environ.get("LAB_TEST_BZIMAGE"):
        return Path(given)
    from harness.guest.named import kernel_named

    return kernel_named(folders.PROJECT / "lab.yaml", "stock", filesystem="xfs").bzimage


def sweep_plan(bzimage: Path, folder: Path, filesystem: str = "ext4", nvdimms: int = 1) -> GuestPlan:
    """A guest of the sweep that runs the stub."""
    folder.mkdir(parents=True)
    base = initramfs.base_initramfs(build_racer(STUB, STUB))
    image = initramfs.assemble(folder / "initramfs", base, initramfs.overlay({"job": b""}))
    template = pmem.pmem_template(SIZE, filesystem)
    media = [Nvdimm(pmem.fresh_copy(template, folder / f"nvdimm{number}"), SIZE) for number in range(nvdimms)]
    return GuestPlan("sweep", bzimage, image, folder, tuple(media), machine.load("pc"), filesystem=filesystem)


@pytest.mark.parametrize(("filesystem", "kernel"), [("ext4", "bzimage"), ("xfs", "xfs_bzimage")])
def test_boots_of_a_sweep_are_the_same_byte_for_byte(
    request: pytest.FixtureRequest, tmp_path: Path, filesystem: str, kernel: str
) -> None:
    bzimage = request.getfixturevalue(kernel)
    seen = set()
    for number in range(BOOTS):
        plan = sweep_plan(bzimage, tmp_path / str(number), filesystem)
        with Guest(plan) as guest:
            ended = guest.wait(Deadline.after(60))
        assert (ended.kind, ended.status) == ("finished", 3), ended
        records = plan.records.read_bytes()
        assert records.count(b"\n") == 300
        seen.add((hashlib.sha256(records).hexdigest(), hashlib.sha256(plan.console.read_bytes()).hexdigest()))
    assert len(seen) == 1


def test_a_kernel_that_panics_before_its_console_is_booted_again_and_quoted(bzimage: Path, tmp_path: Path) -> None:
    plan = replace(sweep_plan(bzimage, tmp_path / "run"), arguments=(NO_ROOM,))
    with Guest(plan, quiet=5) as guest:
        ended = guest.wait(Deadline.after(120))
    assert ended.kind == "boot-failure"
    first, second = ended.console.split(early.HEADING)
    assert early.is_mute(first)
    assert "with an early console the kernel says more, its last line: " in ended.detail
    assert "Kernel panic - not syncing: alloc_low_pages" in second


def test_the_first_record_comes_soon_after_qemus_start(bzimage: Path, tmp_path: Path) -> None:
    times = []
    for number in range(BOOTS):
        began = time.monotonic()
        with Guest(sweep_plan(bzimage, tmp_path / str(number))) as guest:
            next(guest.records(Deadline.after(60)))
            times.append(time.monotonic() - began)
    assert min(times) < GOAL * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)), times


def test_each_nvdimm_is_mounted_with_dax(bzimage: Path, tmp_path: Path) -> None:
    with Guest(sweep_plan(bzimage, tmp_path / "run", nvdimms=2)) as guest:
        ended = guest.wait(Deadline.after(60))
    assert ended.kind == "finished"
    assert "EXT4-fs (pmem1): mounted" in ended.console


def test_an_nvdimm_without_its_info_block_is_a_boot_failure_that_says_dax(bzimage: Path, tmp_path: Path) -> None:
    plan = sweep_plan(bzimage, tmp_path / "run")
    with plan.nvdimms[0].image.open("r+b") as image:
        image.seek(4096)
        image.write(bytes(4096))
    with Guest(plan) as guest:
        ended = guest.wait(Deadline.after(60))
    assert ended.kind == "boot-failure"
    assert "with DAX" in ended.detail


def test_a_kernel_that_is_none_is_noticed_at_once(tmp_path: Path) -> None:
    kernel = tmp_path / "bzImage"
    kernel.write_bytes(b"no kernel")
    began = time.monotonic()
    with Guest(sweep_plan(kernel, tmp_path / "run")) as guest:
        ended = guest.wait(Deadline.after(60))
    assert ended.kind == "qemu-died"
    assert "kernel" in ended.detail
    assert time.monotonic() - began < 10


def test_a_panic_is_named_with_the_kernels_words(bzimage: Path, tmp_path: Path) -> None:
    plan = sweep_plan(bzimage, tmp_path / "run")
    script = b"#!/bin/sh\necho '<5>lab: init' > /dev/kmsg\nexit 1\n"
    dying_init = initramfs.overlay({"init": script}, executable={"init"})
    initramfs.assemble(plan.initramfs, plan.initramfs, dying_init)
    with Guest(plan) as guest:
        ended = guest.wait(Deadline.after(60))
    assert ended.kind == "panic"
    assert "Attempted to kill init" in ended.detail


def test_a_guest_can_be_spoken_to_and_its_death_is_named(bzimage: Path) -> None:
    with session(Wish(bzimage, cpus=2)) as shell:
        assert b"dax=always" in shell.output("cat /proc/mounts")
        assert shell.output("nproc") == b"2\n"
        assert shell.output("cat", b"there and back") == b"there and back"
        with shell.guest.monitor() as monitor:
            assert len(monitor.instruction_pointers()) == 2
        os.kill(shell.guest.pid, signal.SIGKILL)
        began = time.monotonic()
        with pytest.raises(LabBroke, match=r"qemu-died.*signal 9"):
            shell.output("sleep 20")
        assert time.monotonic() - began < 5


def test_a_bzimage_whose_boot_code_faults_is_told_with_the_likely_cause(bzimage: Path, tmp_path: Path) -> None:
    plan = sweep_plan(_broken(bzimage, tmp_path / "bzImage", at=0), tmp_path / "guest")
    with Guest(plan) as guest:
        ended = guest.wait(Deadline.after(120))
    assert ended.kind == "boot-failure" and "a triple fault reset the CPU" in ended.detail


def test_a_bzimage_with_a_broken_payload_is_told_as_damaged(bzimage: Path, tmp_path: Path) -> None:
    offset, length = struct.unpack_from("<II", bzimage.read_bytes(), 0x248)  # payload_offset, payload_length
    plan = sweep_plan(_broken(bzimage, tmp_path / "bzImage", at=offset + length // 2), tmp_path / "guest")
    with Guest(plan, quiet=10.0) as guest:
        ended = guest.wait(Deadline.after(120))
    assert ended.kind == "boot-failure" and "the bzImage is damaged" in ended.detail


def _broken(bzimage: Path, copy: Path, at: int) -> Path:
    """``bzimage`` with a page of ud2 at a byte of its protected-mode code (Documentation/x86/boot.rst)."""
    image = bytearray(bzimage.read_bytes())
    start = (image[0x1F1] + 1) * 512 + at  # setup_sects
    image[start : start + 4096] = b"\x0f\x0b" * 2048
    copy.write_bytes(image)
    return copy
