# SPDX-License-Identifier: GPL-2.0-only
"""A guest's silence counts as far as its host let it run."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.guest.silence import Silence
from harness.guest.threads import Threads
from tests.fakes.proc_tasks import PID, ProcTasks

POLL = 0.2


@dataclass
class Host:
    """A host with a clock, and a guest of one thread on it."""

    proc: ProcTasks
    now: float = 0.0
    ran: float = 1.0
    waited: float = 0.0

    def clock(self) -> float:
        return self.now

    def pass_by(self, seconds: float, share: float, state: str = "R") -> None:
        """Time in which the thread that is runnable has this share of a CPU; each wait is told of when it is over."""
        self.now += seconds
        if state == "R":
            self.ran, self.waited = self.ran + share * seconds, self.waited + (1 - share) * seconds
        self.proc.put(1, state, self.ran, self.waited)

    def outlasts(self, silence: Silence, limit: float, share: float, state: str = "R", most: float = 200.0) -> float:
        """Seconds until the silence outlasts the limit."""
        began = self.now
        while not silence.outlasts(limit) and self.now - began < most:
            self.pass_by(POLL, share, state)
        return self.now - began


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(ProcTasks(tmp_path))
    host.pass_by(0.0, 1.0)
    return host


@pytest.fixture
def silence(host: Host) -> Silence:
    return Silence(Threads(PID, host.proc.folder), host.clock)


@pytest.mark.parametrize("state", ["R", "S"])
def test_a_guest_that_spins_or_idles_is_found_as_soon_as_without_any_look_at_the_host(
    host: Host, silence: Silence, state: str
) -> None:
    assert host.outlasts(silence, 30.0, 1.0, state) == pytest.approx(30.0, abs=0.3)
    assert str(silence) == "no record and no word for 30 s"


def test_one_that_has_half_of_a_cpu_has_twice_the_time(host: Host, silence: Silence) -> None:
    assert host.outlasts(silence, 30.0, 0.5) == pytest.approx(60.0, abs=1.0)
    assert str(silence) == "no record and no word for 60 s, the host not letting it run for 30 s of them"


@pytest.mark.parametrize(("share", "state"), [(0.0, "R"), (0.0, "T"), (0.05, "R")])
def test_one_that_does_not_run_at_all_or_hardly_is_not_blamed(
    host: Host, silence: Silence, share: float, state: str
) -> None:
    assert host.outlasts(silence, 30.0, share, state) >= 200.0
    assert silence.seconds - silence.kept < 15


def test_a_sign_of_life_begins_anew(host: Host, silence: Silence) -> None:
    host.outlasts(silence, 30.0, 0.5, most=50.0)
    silence.end()
    assert (silence.seconds, silence.kept) == (0.0, 0.0)
    assert host.outlasts(silence, 30.0, 1.0) == pytest.approx(30.0, abs=1.0), "a wait is told with the next look"


def test_time_in_which_the_lab_itself_did_not_run_does_not_count(host: Host, silence: Silence) -> None:
    host.pass_by(3600.0, 1.0)
    assert not silence.outlasts(30.0)
    assert host.outlasts(silence, 30.0, 1.0) == pytest.approx(28.0, abs=0.3)


def test_words_that_lay_unread_while_the_lab_did_not_run_are_a_sign_of_life_of_now(
    host: Host, silence: Silence
) -> None:
    host.pass_by(3600.0, 1.0)
    silence.end()
    assert host.outlasts(silence, 30.0, 1.0) == pytest.approx(30.0, abs=0.3)


def test_how_much_of_the_last_seconds_the_guest_was_kept_from_running_is_known_while_it_speaks(
    host: Host, silence: Silence
) -> None:
    for share in (0.0,) * 100 + (1.0,) * 300 + (0.25,) * 40:
        host.pass_by(1.0, share)
        silence.end()
    assert silence.kept_of_last(20.0) == pytest.approx(15.0, abs=1.0)
    assert silence.kept_of_last(190.0) == pytest.approx(30.0, abs=1.0), "older ones are forgotten"
