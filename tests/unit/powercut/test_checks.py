# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a crash image."""

import errno

import pytest

from harness.powercut.checks import Fault, of_image, of_promises
from harness.powercut.reboot import Rebooted
from tests.fakes.media import promise

FINE = Rebooted(size=4096, words=(0x482,))


def faults(seen: Rebooted, *, value: int = 0x482, promised: bool = True, size: int = 4096) -> list[Fault]:
    return [each.fault for each in of_promises(seen, [promise(value, promised, size=size)])]


def test_a_sound_image_that_keeps_its_promise_has_no_fault() -> None:
    assert of_image(FINE, "") == []
    assert faults(FINE) == []


def test_a_promised_store_that_is_not_there_is_lost_and_named() -> None:
    (wrong,) = of_promises(Rebooted(size=4096, words=(7,)), [promise()])
    assert wrong.fault is Fault.LOST
    assert wrong.detail == (
        "A: fsync has returned, the store of B at file offset 0x40 is lost: there is 0x7, not 0x482"
    )


def test_lost_old_data_is_named_so() -> None:
    (wrong,) = of_promises(Rebooted(size=4096, words=(0,)), [promise(7)])
    assert wrong.detail == "A: fsync has returned, old data at file offset 0x40 is lost: there is 0x0, not 0x7"


def test_a_promised_store_behind_the_end_of_the_file_is_lost() -> None:
    assert faults(Rebooted(size=0, words=(-1,)), size=-1) == [Fault.LOST]


@pytest.mark.parametrize("value", [0, 7, 0x482, -1])
def test_what_was_not_promised_may_be_zero_old_stored_or_not_there(value: int) -> None:
    assert faults(Rebooted(size=4096, words=(value,)), promised=False) == []


def test_what_was_not_promised_may_not_be_another_files_data() -> None:
    assert faults(Rebooted(size=4096, words=(0x999,)), promised=False) == [Fault.STALE]


def test_a_file_that_is_not_there_is_missing_and_nothing_else_is_said_of_it() -> None:
    assert faults(Rebooted(open=errno.ENOENT)) == [Fault.MISSING]


def test_another_size_is_a_fault_unless_none_was_promised() -> None:
    assert faults(Rebooted(size=0, words=(0x482,))) == [Fault.SIZE]
    assert faults(Rebooted(size=0, words=(0x482,)), size=-1) == []


def test_nothing_is_held_against_an_image_where_no_sync_had_returned() -> None:
    assert of_promises(Rebooted(open=errno.ENOENT), []) == []


def test_an_image_that_cannot_be_mounted_says_nothing_of_the_file() -> None:
    seen = Rebooted(mount=errno.EUCLEAN)
    assert [each.fault for each in of_image(seen, "")] == [Fault.MOUNT]
    assert faults(seen) == []


def test_a_kernel_that_dies_of_an_image_is_told_with_its_words() -> None:
    (wrong,) = of_image(Rebooted(died="panic: Kernel panic - not syncing: EXT4"), "")
    assert wrong.fault is Fault.CRASH
    assert "not syncing: EXT4" in wrong.detail
    assert faults(Rebooted(died="panic")) == []


def test_the_kernels_complaints_and_the_checkers_are_faults() -> None:
    said = "EXT4-fs error (device pmem3): ext4_lookup:1855: inode #2: comm racer: deleted inode referenced: 12"
    found = of_image(Rebooted(size=4096, log=("EXT4-fs (pmem3): recovery complete", said)), "Block bitmap differences")
    assert [each.fault for each in found] == [Fault.LOG, Fault.FSCK]
    assert "deleted inode referenced" in found[0].detail


def test_a_complaint_of_xfs_is_a_fault() -> None:
    log = ("XFS (pmem0): Metadata corruption detected at xfs_agi_verify+0x1/0x2, xfs_agi block 0x2",)
    assert [each.fault for each in of_image(Rebooted(log=log), "")] == [Fault.LOG]
