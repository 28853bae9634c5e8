# SPDX-License-Identifier: GPL-2.0-only
from harness.deadline import Deadline


def test_a_deadline_passes_when_its_time_has_come() -> None:
    now = [10.0]
    deadline = Deadline.after(5, clock=lambda: now[0])
    assert (deadline.remaining(), deadline.passed) == (5.0, False)
    now[0] = 15.0
    assert (deadline.remaining(), deadline.passed) == (0.0, True)
    now[0] = 99.0
    assert deadline.remaining() == 0.0


def test_none_never_comes() -> None:
    deadline = Deadline.after(None)
    assert deadline.remaining() is None
    assert not deadline.passed


def test_the_sooner_of_two_wins() -> None:
    def clock() -> float:
        return 0.0

    long = Deadline.after(100, clock)
    assert long.sooner(5).remaining() == 5
    assert long.sooner(500).remaining() == 100
    assert long.sooner(None).remaining() == 100
    assert Deadline(None, clock).sooner(7).remaining() == 7
    assert Deadline(None, clock).sooner(None).remaining() is None
