# SPDX-License-Identifier: GPL-2.0-only
"""All sweeps of a run: batches of scenarios over the cores there are."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.batches import BATCHES, batches, cost
from harness.engine.guests import Supplies, check_filesystems, guest_plan, mounted, supplies
from harness.engine.subject import Subject
from harness.engine.sweeper import Batch, sweep
from harness.errors import LabBroke
from harness.points.elf import opened
from harness.pools import pools
from harness.progress import Progress
from harness.results.run import GuestFinding
from harness.sweep.decode import Symbol
from harness.sweep.ledger import Ledger
from harness.sweep.records import SweepResult


@dataclass(frozen=True)
class Swept:
    """One kernel's results, in the scenarios' order, and its guests' kernel logs by scenario.

    ``findings`` are of results that an earlier run made, whose logs are not here.
    """

    subject: Subject
    results: tuple[SweepResult, ...]
    logs: tuple[tuple[str, tuple[str, ...]], ...]
    findings: tuple[GuestFinding, ...] = ()


@dataclass(frozen=True)
class Hall:
    """What all sweeps of a run share. ``workers`` guests run at once, ``batches`` are of each kernel.

    ``stop`` ends the sweeps of all halls that share it; ``quiet``: they show no progress of their own.
    """

    guest: GuestSpec
    supplies: Supplies
    folder: Path
    deadline: Deadline
    workers: int = os.cpu_count() or 1
    batches: int = BATCHES
    sample: int = 0  # one of so many pruned schedules is run all the same
    both_wake_ups: bool = False  # a resumed actor that wakes another also goes on before that one
    atomic_stops: bool = False  # also a stop in an atomic section, the others on a second CPU meanwhile
    stop: threading.Event = field(default_factory=threading.Event)
    quiet: bool = False


def sweep_all(subjects: Sequence[Subject], scenarios: Sequence[Scenario], hall: Hall) -> list[Swept]:
    """Sweeps every scenario on every kernel. A batch in which the lab breaks is told in its results' ``broken``.

    Raises BadInput for a scenario whose file system a kernel does not have.
    """
    check_filesystems([subject.kernel for subject in subjects], scenarios, hall.guest)
    parts = batches(scenarios, hall.batches, hall.guest.filesystem)
    ledgers = [(subject, part, Ledger(
                   subject.name, subject.points, part, symbols(subject), unchecked=subject.unchecked))
               for part in parts for subject in subjects]  # fmt: skip
    total = len(subjects) * sum(cost(scenario) for scenario in scenarios)
    with Progress("sweeping", total, hall.quiet) as progress, pools(hall.workers, stop=hall.stop) as (pool,):
        tick = _counter(progress, hall.stop)
        work = [pool.submit(_one, hall, subject, ledger, parts.index(part), tick)
                for subject, part, ledger in ledgers]  # fmt: skip
        for each in work:
            each.result()
    return [_swept(subject, scenarios, [each for each in ledgers if each[0] is subject]) for subject in subjects]


def _counter(progress: Progress, stop: threading.Event) -> Callable[[int], None]:
    lock, done = threading.Lock(), [0]

    def tick(count: int) -> None:
        if stop.is_set():
            raise LabBroke("interrupted")
        with lock:
            done[0] += count
            progress.update(done[0])

    return tick


def _one(hall: Hall, subject: Subject, ledger: Ledger, number: int, tick: Callable[[int], None]) -> None:
    batch = batch_of(hall, subject, ledger, hall.folder / f"{subject.name}-{number}")
    try:
        sweep(batch, hall.deadline, tick)
    except LabBroke as error:
        ledger.break_guest(str(error))


def batch_of(hall: Hall, subject: Subject, ledger: Ledger, folder: Path) -> Batch:
    """The open scenarios of the ledger, which ask for one image, as a batch whose files go to ``folder``."""
    guest = mounted(hall.guest, ledger.open_accounts()[0])
    store = hall.supplies if guest == hall.guest else supplies(guest)
    plan = guest_plan("sweep", guest, subject.kernel.bzimage, folder, "tcg", atomic_stops=hall.atomic_stops)
    return Batch(
        subject, ledger, plan, store.template, store.base, sample=hall.sample, both_wake_ups=hall.both_wake_ups,
        atomic_stops=hall.atomic_stops,
    )  # fmt: skip


def _swept(
    subject: Subject, scenarios: Sequence[Scenario], ledgers: Sequence[tuple[Subject, tuple[Scenario, ...], Ledger]]
) -> Swept:
    by_name = {scenario.name: ledger for _subject, part, ledger in ledgers for scenario in part}
    results = tuple(by_name[scenario.name].result(scenario.name) for scenario in scenarios)
    boots = tuple(("", tuple(ledger.boot_log)) for _subject, _part, ledger in ledgers)
    logs = boots + tuple(
        (scenario.name, by_name[scenario.name].accounts[scenario.name].all_log) for scenario in scenarios
    )
    return Swept(subject, results, logs)


def symbols(subject: Subject) -> Symbol:
    """Names addresses of this kernel as ``function+0x1f``, lazily: most runs have nothing to name."""
    starts: list[tuple[int, str]] = []

    def name(address: int) -> str:
        if not starts:
            with opened(subject.kernel.vmlinux) as kernel:
                starts.extend((function.start, function.name) for function in kernel.functions)
        import bisect

        at = bisect.bisect_right(starts, (address, "~")) - 1
        if at < 0 or address - starts[at][0] > 0x10000:
            return f"{address:#x}"
        return f"{starts[at][1]}+{address - starts[at][0]:#x}"

    return name
