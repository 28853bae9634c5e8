# SPDX-License-Identifier: GPL-2.0-only
"""Sweeps a batch of scenarios on one kernel, over as many guests as hangs and crashes make necessary."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.collect.console import behind
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.batches import cost
from harness.engine.guests import Supplies, furnished
from harness.engine.subject import Subject
from harness.errors import LabBroke
from harness.guest.end import GuestEnd
from harness.guest.plan import GuestPlan
from harness.guest.runner import Guest
from harness.sweep.account import BEGINNING, Position
from harness.sweep.job import Job
from harness.sweep.ledger import Ledger
from harness.sweep.records import Kind

HANGS_MAX = 10  # of one scenario: each costs a guest, and ten say what there is to say
LOCKUP_WEIGHS = 3  # as many of those: each is waited for half a minute
CRASH = {"panic": Kind.OOPS, "oops": Kind.OOPS, "soft-lockup": Kind.HANG, "lockup": Kind.HANG}
SAID_BY_MODULE = re.compile(r"interleave: (in|after) schedule (\S+) (.*)")

# A kernel of two CPUs calibrates its APIC timer by 100 ms of PAUSEs, millions of changes between QEMU's CPUs: seconds
# of wall time, and many on a loaded host.
CALIBRATES = 120.0  # seconds without a word

Tick = Callable[[int], None]  # called with the progress since the last call, in schedules


@dataclass(frozen=True)
class Batch:
    """Scenarios that share a guest, and where its files go. ``only``: by scenario the one schedule to run.

    With ``tape`` all that reaches the media is recorded; ``inspect`` gets the first NVDIMM's image of an ended guest.
    """

    subject: Subject
    ledger: Ledger
    plan: GuestPlan
    template: Path
    base: Path
    only: str = ""
    sample: int = 0
    tape: bool = False
    both_wake_ups: bool = False
    atomic_stops: bool = False
    inspect: Callable[[Path], None] | None = None


def sweep(batch: Batch, deadline: Deadline, tick: Tick, position: Position = BEGINNING) -> None:
    """Runs the batch into its ledger until every account is closed or the deadline passes.

    The first guest begins at ``position``; the ledger has the rows before it.

    Raises LabBroke where the lab, not the kernel, is at fault.
    """
    guests = 0
    while (scenarios := batch.ledger.open_accounts()) and not deadline.passed:
        end = _boot(batch, job_of(batch, scenarios, position), guests, deadline, tick)
        guests += 1
        if end.kind == "timeout":
            return
        position = _after(batch, end)


def job_of(batch: Batch, scenarios: Sequence[Scenario], position: Position = BEGINNING) -> Job:
    """What a guest of the batch is told to do."""
    points = tuple(point.address for point in batch.subject.points)
    able = tuple(_without(scenario, batch.ledger.unchecked) for scenario in scenarios)
    return Job(
        batch.subject.kernel.build_id, points, able, only=batch.only,
        resume=position.resume, known=position.known, flush=position.flush,
        silent=batch.subject.silent, prune_from=batch.subject.prune_from, sample=batch.sample,
        tape=batch.tape, both_wake_ups=batch.both_wake_ups, atomic_stops=batch.atomic_stops,
    )  # fmt: skip


def _without(scenario: Scenario, unchecked: Sequence[str]) -> Scenario:
    """What a kernel cannot have is not asked of its guest; the result says so, and is no silence."""
    return scenario.model_copy(update={"checks": tuple(each for each in scenario.checks if each not in unchecked)})


def _boot(batch: Batch, job: Job, number: int, deadline: Deadline, tick: Tick) -> GuestEnd:
    folder = batch.plan.folder / f"guest-{number}"
    folder.mkdir(parents=True)
    modules = {f"modules/{name}.ko": path.read_bytes() for name, path in batch.subject.kernel.modules.items()}
    store = Supplies(batch.base, batch.template)
    with furnished(replace(batch.plan, folder=folder), store, {**job.files(), **modules}) as plan:
        batch.ledger.begin_guest(job.flush)
        with _guest(plan) as guest:
            for line in guest.records(deadline):
                batch.ledger.take(line)
                tick(_advance(batch.ledger, line))
            end = guest.wait(deadline)
        if batch.inspect and end.kind == "finished":
            batch.inspect(plan.nvdimms[0].image)
        return end


def _guest(plan: GuestPlan) -> Guest:
    """Under a debugger a guest is quiet for as long as its user thinks."""
    if plan.gdb:
        return Guest(plan, quiet=float("inf"))
    return Guest(plan, quiet=CALIBRATES) if plan.cpus > 1 else Guest(plan)


def _advance(ledger: Ledger, line: str) -> int:
    """Progress in schedules: a scenario that ends with fewer than were foreseen makes up for them."""
    if line.startswith('{"t":"s"'):
        return 1
    account = ledger.current
    if line.startswith('{"t":"done"') and account is not None and account.closed:
        return max(0, cost(account.scenario) - len(account.rows))
    return 0


def _after(batch: Batch, end: GuestEnd) -> Position:
    """Books what the guest's end means, and returns where the next one goes on."""
    ledger = batch.ledger
    account, crashed = ledger.current, _book_crash(batch, end)
    if not ledger.stopped_at and not crashed:
        if ledger.open_accounts():
            raise LabBroke(f"a guest ended before its work was done ({end.kind}): {end.detail}")
        return BEGINNING
    assert account is not None
    if account.closed:
        return BEGINNING  # behind its last schedule: the next scenario has not begun
    again = not ledger.stopped_at and bool(account.awaited)  # the crash is to come again behind what was lost
    account.hangs += LOCKUP_WEIGHS if end.kind == "lockup" else not again
    if account.hangs >= HANGS_MAX or batch.only:
        account.closed, account.complete = True, False
        return BEGINNING
    if not ledger.stopped_at and not again:
        account.begin_again()
    return account.position(ledger.stopped_at)


def _book_crash(batch: Batch, end: GuestEnd) -> bool:
    """Whether the kernel under test died, and its last words told of which schedule.

    A lockup is told by a guest that the lab asked, so it has to come again; a single schedule is a second time.
    """
    ledger = batch.ledger
    said = SAID_BY_MODULE.search(end.console)
    if end.kind not in CRASH or not said or not ledger.proven:
        return False
    when, scenario, schedule = said.groups()
    if scenario not in ledger.accounts or not schedule.strip():
        return False
    detail = end.detail + (", after the schedule had ended" if when == "after" else "")
    log = behind(end.console, ledger.heard)
    doubtful = end.kind == "lockup" and not batch.only
    ledger.add_crash(scenario, schedule.strip(), CRASH[end.kind], detail, log=log, doubtful=doubtful)
    return True
