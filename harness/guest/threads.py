# SPDX-License-Identifier: GPL-2.0-only
"""For how long the host kept a process from running, from what Linux tells of each of its threads."""

from dataclasses import dataclass
from pathlib import Path

# States of /proc/PID/stat (proc_pid_stat(5)) in which a thread that has not run since the last look could not:
# it waits for a CPU or the host's disk, or was stopped. One that sleeps (S) waits for its own guest.
HELD = "RDTt"


@dataclass(frozen=True)
class _Thread:
    """One thread as it was seen: ``since`` it was held with these ``counters``, ``kept`` seconds of its life in all."""

    counters: tuple[int, int, int]
    held: bool
    since: float
    kept: float


class Threads:
    """The threads of a process. Where Linux does not tell (no CONFIG_SCHED_INFO, another system) none was ever kept."""

    def __init__(self, pid: int, proc: Path = Path("/proc")) -> None:
        self._tasks = proc / str(pid) / "task"
        self._seen: dict[str, _Thread] = {}

    def kept(self, now: float) -> float:
        """Seconds since the last call for which the host kept that thread from running which it kept longest.

        ``now`` is monotonic time in seconds. The first call gives 0.0.
        """
        before, self._seen = self._seen, self._look(now)
        longer = (thread.kept - before[name].kept for name, thread in self._seen.items() if name in before)
        return max([0.0, *longer])

    def _look(self, now: float) -> dict[str, _Thread]:
        try:
            tasks = list(self._tasks.iterdir())
        except OSError:
            return {}
        seen = ((task.name, _read(task, self._seen.get(task.name), now)) for task in tasks)
        return {name: thread for name, thread in seen if thread}


def _read(task: Path, before: _Thread | None, now: float) -> _Thread | None:
    """What /proc/PID/task/TID/schedstat says: ns on a CPU, ns runnable without one, time slices.

    See Documentation/scheduler/sched-stats.rst. All are 0 where scheduling is not accounted (before v5.14 without
    delay accounting).
    """
    try:
        ran, waited, slices = map(int, (task / "schedstat").read_text().split())
        state = (task / "stat").read_text().rpartition(") ")[2][:1]
    except (OSError, ValueError):
        return None
    if not ran:
        return None
    counters, held = (ran, waited, slices), bool(state) and state in HELD
    # The kernel adds a wait to the second counter when it is over (sched_info_arrive()): the one that goes on is ours.
    same = before is not None and before.held and before.counters == counters
    since = before.since if before is not None and same else now
    return _Thread(counters, held, since, waited / 1e9 + (now - since if held else 0.0))
