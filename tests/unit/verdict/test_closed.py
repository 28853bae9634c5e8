# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.points.point import Frame
from harness.sweep.window import Window, windows
from harness.verdict.closed import fate
from tests.fakes import results as fakes

FAKE = fakes.FAKES[2]  # fsync-write: its window lies in dax_writeback_one, inlined


def window() -> Window:
    return windows(fakes.swept(FAKE, fakes.BROKEN, FAKE.judge), fakes.POINTS)[0]


def test_a_window_is_closed_where_the_same_function_was_stopped_at_and_passed() -> None:
    silent = fakes.swept(FAKE, fakes.STOCK)
    assert fate(window(), fakes.POINTS, silent, fakes.POINTS) == "closed"


def test_a_window_whose_function_still_fails_is_not_closed() -> None:
    failing = fakes.swept(FAKE, fakes.STOCK, FAKE.judge)
    assert fate(window(), fakes.POINTS, failing, fakes.POINTS) == "fails"


def test_a_window_whose_code_was_never_stopped_at_is_not_reached() -> None:
    silent = fakes.swept(FAKE, fakes.STOCK)
    unseen = replace(silent, coverage=fakes.coverage(("read-fault",)))
    assert fate(window(), fakes.POINTS, unseen, fakes.POINTS) == "not reached"


def test_a_window_whose_function_is_gone_was_removed() -> None:
    renamed = tuple(
        replace(point, frames=tuple(Frame(f"new_{frame.function}", frame.file, frame.line) for frame in point.frames))
        for point in fakes.POINTS
    )
    assert fate(window(), fakes.POINTS, fakes.swept(FAKE, fakes.STOCK), renamed) == "removed"
