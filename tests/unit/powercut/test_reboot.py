# SPDX-License-Identifier: GPL-2.0-only
"""Guests that mount crash images: what they are given, what they say, and how they end."""

import errno
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.kernel.artefacts import Kernel
from harness.powercut.reboot import Rebooted, Stand, Suspect, job, reboot
from tests.fakes.boots import Boots, scripted_qemu, until_recorded
from tests.fakes.records import boot, line, panics

Try = Callable[..., list[Rebooted]]


def image(number: int, stamp: int | None = None) -> str:
    return line("image", n=number, stamp=100 + number if stamp is None else stamp)


def rebooted(number: int, **more: object) -> str:
    return line("rebooted", **{"n": number, "mount": 0, "umount": 0, "open": 0, "size": 4096, "w": [9]} | more)


BYE = line("bye", missed=0)


@pytest.fixture
def try_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Try:
    """Reboots two images; the N-th boot does what the N-th script says."""
    scripted_qemu(tmp_path, monkeypatch)
    (tmp_path / "base").write_bytes(b"")
    (tmp_path / "image").write_bytes(bytes(4096))
    suspects = [Suspect(tmp_path / "image", 100 + number, "file0", (64, 576)) for number in range(2)]
    kernel = Kernel("stock", "key", tmp_path, "6.1.192", "0b" * 20)

    def run(
        *scripts: str, deadline: Deadline | None = None, tick: Callable[[], object] = lambda: None
    ) -> list[Rebooted]:
        Boots(tmp_path).follow(scripts)
        where = tmp_path / "base", tmp_path / "guests", deadline or Deadline.after(60)
        return list(reboot(Stand(kernel, GuestSpec(), *where, tick), suspects, anew(tmp_path)))

    return run


def anew(folder: Path) -> Callable[[Suspect], None]:
    """Notes which image was asked to be written once more."""

    def write(suspect: Suspect) -> None:
        with (folder / "anew").open("a") as stream:
            print(suspect.stamp, file=stream)

    return write


def test_each_image_has_its_words_and_its_part_of_the_log(try_: Try) -> None:
    log = line("k", l=5, us=1, m="EXT4-fs (pmem1): recovery complete")
    first, second = try_(
        boot(line("modules", pmem=[1, 0]), image(0), rebooted(0), log, image(1), rebooted(1, w=[8]), BYE)
    )
    assert first == Rebooted(size=4096, words=(9,), log=("EXT4-fs (pmem1): recovery complete",))
    assert second == Rebooted(size=4096, words=(8,))


def test_what_failed_is_told_by_its_errno(try_: Try) -> None:
    first, second = try_(
        boot(image(0), rebooted(0, mount=errno.EUCLEAN), image(1), rebooted(1, open=errno.ENOENT, w=[]), BYE)
    )
    assert (first.mount, second.open, second.words) == (errno.EUCLEAN, errno.ENOENT, ())


def test_an_image_that_is_another_than_was_meant_is_the_labs_fault(try_: Try) -> None:
    with pytest.raises(LabBroke, match="the guest mounted image 101 where 100 was meant"):
        try_(boot(image(0, 101), rebooted(0), image(1, 100), rebooted(1), BYE))


def test_a_kernel_that_dies_of_an_image_is_booked_to_it_and_another_guest_goes_on(try_: Try, tmp_path: Path) -> None:
    second = boot(line("image", n=0, stamp=101), rebooted(0), BYE)
    one, other = try_(boot(image(0), last=panics("")), second)
    assert one.died.startswith("panic: Kernel panic")
    assert replace(other, log=()) == Rebooted(size=4096, words=(9,))
    assert Boots(tmp_path).count() == 2


SILENT = "forever\n"


def test_a_guest_that_was_slow_once_condemns_no_kernel(try_: Try, tmp_path: Path) -> None:
    alone = boot(line("image", n=0, stamp=100), rebooted(0, w=[7]), BYE)
    rest = boot(line("image", n=0, stamp=101), rebooted(0), BYE)
    assert [(each.words, each.died) for each in try_(boot(image(0), last=SILENT), alone, rest)] == [
        ((7,), ""), ((9,), ""),
    ]  # fmt: skip
    assert Boots(tmp_path).count() == 3, "the image that a guest was slow at is alone, the rest has another guest"
    assert (tmp_path / "anew").read_text() == "100\n", "its journal may have been replayed in part"


def test_an_interrupted_lab_waits_for_no_guests_end(try_: Try) -> None:
    def interrupted() -> None:
        raise LabBroke("interrupted")

    began = time.monotonic()
    with pytest.raises(LabBroke, match="interrupted"):
        try_(boot(image(0), last=SILENT), tick=interrupted)
    assert time.monotonic() - began < 10, "a silent guest is waited for 30 s"


def test_what_a_slow_guest_told_of_the_images_before_counts(try_: Try, tmp_path: Path) -> None:
    alone = boot(line("image", n=0, stamp=101), rebooted(0), BYE)
    first, second = try_(boot(image(0), rebooted(0, w=[7]), image(1), last=SILENT), alone)
    assert (first.words, second.words) == ((7,), (9,))
    assert (tmp_path / "anew").read_text() == "101\n"


def test_an_image_at_which_two_guests_fall_silent_says_nothing_of_the_kernel(try_: Try) -> None:
    with pytest.raises(LabBroke, match="image 100: two guests that were to mount it fell silent"):
        try_(boot(image(0), last=SILENT), boot(image(0), last=SILENT))


def test_a_kernel_that_dies_when_the_image_is_booted_alone_is_booked(try_: Try) -> None:
    rest = boot(line("image", n=0, stamp=101), rebooted(0), BYE)
    first, second = try_(boot(image(0), last=SILENT), boot(image(0), last=panics("")), rest)
    assert first.died.startswith("panic: Kernel panic")
    assert second.died == ""


def test_what_was_told_before_the_time_was_over_counts_and_the_rest_is_left(try_: Try, tmp_path: Path) -> None:
    late = until_recorded(tmp_path / "guests" / "guest-0" / "records", image(1))
    (only,) = try_(boot(image(0), rebooted(0), image(1), last=SILENT), deadline=late)
    assert only.words == (9,)
    assert Boots(tmp_path).count() == 1


def test_a_kernel_that_dies_before_the_first_image_says_nothing_of_any(try_: Try) -> None:
    with pytest.raises(LabBroke, match=r"ended \(panic\)"):
        try_(boot(last=panics("")))


def test_a_guest_that_ends_without_its_work_done_is_the_labs_fault(try_: Try) -> None:
    with pytest.raises(LabBroke, match=r"ended \(finished\)"):
        try_(boot(image(0), rebooted(0)))


def test_the_racers_own_trouble_is_the_labs_fault(try_: Try) -> None:
    with pytest.raises(LabBroke, match="the kernel has made no /dev/pmem1"):
        try_(boot(line("broken", why="the kernel has made no /dev/pmem1", errno=2, error="ENOENT")))


def test_the_job_names_file_and_offsets_of_each_image_in_order(tmp_path: Path) -> None:
    suspects = [Suspect(tmp_path, 0, "file0", (64, 576)), Suspect(tmp_path, 1, "file2", (64,))]
    for image in ("xfs", "xfs-reflink", "xfs-aligned"):
        assert job(suspects, image) == "filesystem xfs\nimage file0 64,576\nimage file2 64\n"
