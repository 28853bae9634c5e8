# SPDX-License-Identifier: GPL-2.0-only
"""Pools drop what waits when something ends the work."""

import threading

import pytest

from harness.pools import pools


def test_what_was_submitted_is_done_when_the_block_ends() -> None:
    done: list[int] = []
    with pools(2) as (pool,):
        for number in range(20):
            pool.submit(done.append, number)
    assert sorted(done) == list(range(20))


def test_an_interrupt_drops_what_waits_in_every_pool_and_tells_those_who_run() -> None:
    stop, begun, done = threading.Event(), threading.Event(), list[str]()

    def runs() -> None:
        begun.set()
        assert stop.wait(10)
        done.append("told")

    with pytest.raises(KeyboardInterrupt), pools(1, 1, stop=stop) as (first, second):
        first.submit(runs)
        waiting = [first.submit(done.append, "first"), second.submit(lambda: waiting[0].result())]
        begun.wait(10)
        raise KeyboardInterrupt
    assert done == ["told"]
    assert waiting[0].cancelled()


def test_an_interrupt_without_an_event_drops_what_waits_too() -> None:
    begun, end, done = threading.Event(), threading.Event(), list[str]()

    def runs() -> None:
        begun.set()
        assert end.wait(10)

    with pytest.raises(KeyboardInterrupt), pools(1) as (pool,):
        pool.submit(runs)
        waits = pool.submit(done.append, "waits")
        begun.wait(10)
        waits.add_done_callback(lambda _dropped: end.set())  # by the cancellation: else `runs` is left to time out
        raise KeyboardInterrupt
    assert not done
