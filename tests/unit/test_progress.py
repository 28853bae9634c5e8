# SPDX-License-Identifier: GPL-2.0-only
import io

import pytest

from harness import progress
from harness.progress import Level, Progress, detail, duration, say, set_level


class Clock:
    """Stands in for the monotonic clock of harness.progress."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(progress, "time", fake)
    return fake


def test_log_lines_go_to_stderr_and_honour_q_and_v(capsys: pytest.CaptureFixture[str]) -> None:
    for level in Level:
        set_level(level)
        say(f"said {level.name}")
        detail(f"detail {level.name}")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "said NORMAL\nsaid VERBOSE\ndetail VERBOSE\n"


def test_a_quick_job_shows_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("building", 10) as job:
        for done in range(10):
            clock.now += 0.29
            job.update(done)
    assert capsys.readouterr().err == ""


def test_without_a_terminal_a_line_comes_every_ten_seconds(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("building", 120) as job:
        for done in range(1, 31):
            clock.now += 1
            job.update(done, "fs/dax.o")
    assert capsys.readouterr().err.splitlines() == [
        "building: 8 %, about 1 min 50 s left, fs/dax.o",
        "building: 17 %, about 1 min 40 s left, fs/dax.o",
        "building: 25 %, about 1 min 30 s left, fs/dax.o",
    ]


def test_a_job_without_an_end_says_how_long_it_has_run(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("waiting", None) as job:
        clock.now += 12
        job.update(3)
    assert capsys.readouterr().err == "waiting: 12 s gone\n"


def test_what_takes_longer_than_was_foreseen_shows_no_percents(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress("sweeping", 10) as job:
        clock.now += 12
        job.update(22)
    assert capsys.readouterr().err == "sweeping: 12 s gone\n"


def test_a_bar_past_its_end_shows_the_time_gone(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Progress("sweeping", 10) as job:
        clock.now += 5
        job.update(9)
        job.update(11)
    assert "%" not in terminal.getvalue().rsplit("sweeping", 1)[1]
    assert "0:00:0" in terminal.getvalue().rsplit("sweeping", 1)[1]


def test_quiet_shows_nothing_however_long_it_takes(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("building", 10, quiet=True) as job:
        clock.now += 60
        job.update(5)
    set_level(Level.QUIET)
    with Progress("building", 10) as job:
        clock.now += 60
        job.update(5)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_that_is_gone_at_the_end(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Progress("building", 10) as job:
        clock.now += 5
        job.update(5, "fs/dax.o")
    assert "building" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[1A\x1b[2K")  # one line up, line wiped


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0 s"), (7.4, "7 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")]
)
def test_times_read_as_a_person_says_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text
