# SPDX-License-Identifier: GPL-2.0-only
"""Power cuts on real kernels: what a returned fsync promised is there after a reboot, or is not."""

from dataclasses import replace
from pathlib import Path

from harness.powercut.checks import Fault
from harness.powercut.result import PowerCuts
from harness.powercut.run import Wish, perform
from harness.verdict.verdict import Word
from tests.vm.conftest import HOUR, LAB

SCENARIO = "fsync-write"


def cut(kernel: str) -> PowerCuts:
    return perform(Wish(LAB, kernel, (SCENARIO,), sample=1, budget=HOUR))[1]


def test_a_store_that_fsync_loses_without_the_lock_is_gone_after_a_power_cut(run_folders: Path) -> None:
    done = cut("unlocked")
    assert done.word is Word.FAIL, done.sentence
    faults = {wrong.fault for failure in done.failures for wrong in failure.wrong}
    assert faults == {Fault.LOST}
    assert all("@dax_writeback_mapping_range" in failure.schedule for failure in done.failures), "it needs a race"
    again = perform(Wish(LAB, "unlocked", (SCENARIO,), done.failures[0].schedule, budget=HOUR))[1]
    assert [failure.schedule for failure in again.failures[:1]] == [done.failures[0].schedule]
    assert {wrong.fault for failure in again.failures for wrong in failure.wrong} == {Fault.LOST}


def test_stock_keeps_what_fsync_promised_and_the_same_again_gives_the_same(run_folders: Path) -> None:
    done = cut("stock")
    assert done.word is Word.PASS, done.sentence
    (tally,) = done.tallies
    assert tally.promised > 5
    assert tally.images > 20
    again = cut("stock")
    assert replace(again, number=done.number, seconds=done.seconds) == done
