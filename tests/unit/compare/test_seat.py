# SPDX-License-Identifier: GPL-2.0-only
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.compare.seat import Seat
from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine.guests import Supplies
from harness.guest.runner import Guest
from harness.guest.ssh import Shell
from harness.sweep.records import Kind, StressResult
from tests.fakes import stress
from tests.fakes.boots import Boots, scripted_qemu
from tests.fakes.records import begin, boot, bye, line, panics, scenario, subject

OOPS = "console kernel BUG at fs/dax.c:415!\n" + panics("")
RUN = Shell.run
TOTALS = line("stress", name="one", races=128, cpus=2, seconds=0.5, failed=4, failures={"sigbus": 3, "tags": 2})
BLOCK = [begin("one"), TOTALS, line("done", name="one", status=0, signal=0), bye()]


@pytest.fixture
def seat(boots: Boots, supplies: Supplies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seat]:
    scripted_qemu(tmp_path, monkeypatch)
    with stress.stress_guests(tmp_path, supplies, monkeypatch):
        found = Seat("stock", subject(boots.folder).kernel, GuestSpec(cpus=2), tmp_path / "guests", "tcg")
        yield found
        found.close()


def watched(shell: Shell, *words: Any, **more: Any) -> int:
    """A real guest is looked at until it has answered, which the scripted one does at once."""
    shell.guest.watch(Deadline())
    status = RUN(shell, *words, **more)
    shell.guest.watch(Deadline())
    return status


def block(seat: Seat, seed: int = 7) -> StressResult:
    return seat.block(scenario("one"), seed, 128, Deadline.after(60))


def test_blocks_share_a_guest_and_count_the_races_that_failed(seat: Seat, boots: Boots) -> None:
    stress.follow(boots, [boot(*BLOCK)])
    one, two = block(seat, 7), block(seat, 8)
    assert (one.races, one.failing, one.failures) == (128, 4, {Kind.SIGBUS: 3, Kind.TAGS: 2})
    assert two.failing == 4
    assert boots.count() == 1
    assert {"races 128", "cpus 2", "seed 8"} <= set(boots.job(0))


def test_a_guest_that_was_left_alone_between_blocks_is_no_hang(
    seat: Seat, boots: Boots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guest.__init__, "__defaults__", (3.0,))  # seconds of silence that are a hang
    monkeypatch.setattr(Shell, "run", watched)
    stress.follow(boots, [boot(*BLOCK), boot(*BLOCK)])
    assert block(seat).failing == 4
    time.sleep(4.0)
    found = block(seat)
    assert (found.failing, Kind.HANG in found.failures, boots.count()) == (4, False, 1)


def test_a_block_that_kills_its_guest_is_a_failure_and_the_next_has_a_fresh_one(seat: Seat, boots: Boots) -> None:
    stress.follow(boots, [boot(begin("one"), last=OOPS), boot(*BLOCK)])
    dead = block(seat)
    assert (dead.races, dead.failing, dead.failures) == (1, 1, {Kind.OOPS: 1})
    assert block(seat).failing == 4
    assert boots.count() == 2


def test_a_block_that_is_lost_by_the_lab_is_tried_again(seat: Seat, boots: Boots) -> None:
    stress.follow(boots, [boot(begin("one"), last=stress.LOST + "forever\n"), boot(*BLOCK)])
    assert block(seat).failing == 4
    assert boots.count() == 2


def test_a_block_that_is_lost_twice_is_broken_and_no_failure(seat: Seat, boots: Boots) -> None:
    broken = boot(begin("one"), line("broken", why="cannot run on CPU 1", errno=22, error="Invalid argument"))
    stress.follow(boots, [broken, broken])
    found = block(seat)
    assert "cannot run on CPU 1" in found.broken
    assert (found.races, found.failing) == (0, 0)


def test_a_block_whose_actors_process_ended_says_how(seat: Seat, boots: Boots) -> None:
    gone = boot(begin("one"), line("done", name="one", status=5, signal=0))
    stress.follow(boots, [gone, gone])
    assert block(seat).broken.endswith("(the racer's status is 0): the actors' process ended by status 5")
