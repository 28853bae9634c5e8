# SPDX-License-Identifier: GPL-2.0-only
"""Who stands for the OOM killer, on the host: the test kills in its place."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

GUEST = Path(__file__).parents[2] / "guest-tests"
RACER = GUEST / "racer"
# Only root has real-time priorities, and a guest's racer is root.
FLAGS = ["-O1", "-pthread", "-Wall", "-Wextra", "-Werror", f"-I{GUEST / 'include'}", f"-I{RACER}"]
NO_PRIORITY = "-Wl,--wrap=sched_setscheduler"
VICTIMS_MAX = 100
PATIENCE = 20.0  # seconds


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("keeper") / "keeper"
    sources = [Path(__file__).parent / "keeper.c", RACER / "oom_victim.c", RACER / "record.c"]
    subprocess.run(["gcc", *FLAGS, NO_PRIORITY, "-o", built, *sources], check=True)
    return built


class Keeper:
    """A racer of which nothing runs but the keeper of victims."""

    def __init__(self, program: Path) -> None:
        self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.wait_ready()

    def wait_ready(self) -> None:
        assert self.child.stdout and self.child.stdout.readline() == b"ready\n"

    def next_schedule(self) -> None:
        assert self.child.stdin
        self.child.stdin.write(b".")
        self.child.stdin.flush()
        self.wait_ready()

    def end(self) -> None:
        self.child.kill()
        self.child.communicate()

    @property
    def keeper(self) -> int:
        return _children(self.child.pid)[0]

    def victim(self) -> int:
        """The process that the OOM killer would take, as soon as it stands; 0 if the keeper has gone."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if not (keepers := _children(self.child.pid)):
                return 0
            if found := [pid for pid in _children(keepers[0]) if _score(pid) == "1000"]:
                return found[0]
        pytest.fail("nobody stands for the OOM killer")


def _children(pid: int) -> list[int]:
    """Those that live; the dead that nobody has waited for are not among them."""
    try:
        named = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(each) for each in named if _lives(int(each))]


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _score(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/oom_score_adj").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _wait_gone(*pids: int) -> None:
    end = time.monotonic() + PATIENCE
    while any(map(_lives, pids)) and time.monotonic() < end:
        time.sleep(0.001)
    assert not any(map(_lives, pids))


@pytest.fixture
def kept(program: Path) -> Iterator[Keeper]:
    keeper = Keeper(program)
    yield keeper
    keeper.end()


def _kill(kept: Keeper) -> int:
    victim = kept.victim()
    assert victim
    os.kill(victim, signal.SIGKILL)
    _wait_gone(victim)
    return victim


def test_somebody_stands_before_the_first_schedule_and_the_racer_itself_is_not_preferred(kept: Keeper) -> None:
    assert _score(_children(kept.keeper)[0]) == "1000"
    assert _score(kept.child.pid) == _score(kept.keeper) == _score(os.getpid())


def test_another_one_stands_where_one_was_killed(kept: Keeper) -> None:
    first = _kill(kept)
    assert kept.victim() not in (0, first)


def test_a_fault_that_is_answered_so_for_ever_is_left_to_the_racer_after_a_hundred(kept: Keeper) -> None:
    assert len({_kill(kept) for _ in range(VICTIMS_MAX)}) == VICTIMS_MAX
    _wait_gone(*_children(kept.child.pid))
    assert kept.victim() == 0


def test_each_schedule_has_a_hundred_of_its_own(kept: Keeper) -> None:
    for _ in range(VICTIMS_MAX + 1):
        kept.next_schedule()
        _kill(kept)
    assert kept.victim() != 0


def test_all_of_them_end_with_the_racer(kept: Keeper) -> None:
    pids = [kept.keeper, kept.victim()]
    kept.end()
    _wait_gone(*pids)
