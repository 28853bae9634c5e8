# SPDX-License-Identifier: GPL-2.0-only
"""Runs one schedule of a past run again, and says whether trace and outcome are the same."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness import folders
from harness.config import loader
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.debugger import Debugger, DebuggerLeft, debugger
from harness.engine.guests import guest_plan, mounted, supplies
from harness.engine.past import past_points
from harness.engine.subject import Subject
from harness.engine.sweeper import Batch, sweep
from harness.engine.sweeps import symbols
from harness.errors import BadInput, LabBroke
from harness.kernel import artefacts
from harness.kernel.artefacts import Kernel
from harness.report import facts
from harness.results.folder import RunFolder
from harness.results.run import KernelInfo, Run, ScenarioPlan
from harness.sweep.ledger import Ledger
from harness.sweep.numbers import to_numbers
from harness.sweep.records import ActorEnd, Outcome, Schedule, Step

SECONDS = 120.0  # one boot and one schedule; a hang is noticed by the guest itself


@dataclass(frozen=True)
class Replay:
    """What came of it. ``recorded`` is None where the run kept no trace, as of a schedule that passed."""

    scenario: str
    kernel: str
    recorded: Outcome | None
    replayed: Outcome
    parted: str  # where the two part, "" if they do not

    @property
    def told(self) -> str:
        """In words: what it shows, and whether that is what the run has."""
        same = f"trace of {len(self.replayed.trace)} steps and outcome are those of the run"
        if self.recorded is None:
            same = "it passes, as in the run (which keeps no trace of schedules that pass)"
        if self.replayed.given_up:
            same = "it is given up, as in the run: nothing was tested"
        return "\n".join([shown(self.scenario, self.kernel, self.replayed), f"  {self.parted or same}"])


def shown(scenario: str, kernel: str, outcome: Outcome) -> str:
    """What a schedule has shown, in lines."""
    lines = [f"  {sentence}" for sentence in facts.told(outcome)] or [
        "  is given up" if outcome.given_up else "  passes"
    ]
    return "\n".join([f"{scenario} on {kernel}: {outcome.schedule}", *lines])


class NotReached(LabBroke):
    """Some stop of the schedule did not take place: no actor passed its point so often."""


def replay(
    folder: RunFolder,
    text: str,
    *,
    scenario: str,
    kernel: str,
    guest: GuestSpec,
    gdb: Debugger | None = None,
    find: Callable[[KernelInfo], Kernel] | None = None,
) -> Replay:
    """Boots the kernel of the run, or the one that ``find`` has for it, and runs that schedule alone.

    Raises BadInput for a schedule, scenario or kernel that the run has not, or that has left the cache, for points that
    are not known any more, DebuggerLeft where ``gdb`` did not let it come to its end.
    """
    run = folder.load()
    schedule = parsed(text)
    info = kernel_of(run, kernel)
    wanted = scenario_file(folder, run, scenario)
    built = (find or cached)(info)
    subject = Subject(info.name, built, past_points(run, info, built))
    before = recorded(run, wanted.name, info.name, schedule)
    try:
        replayed = alone(
            subject, wanted, mounted_as(run, wanted, guest), schedule, gdb, atomic_stops=run.plan.atomic_stops
        )
    except NotReached as error:
        if before or any(ran(run, wanted.name, info.name, schedule) for ran in (_passed, _given_up)):
            raise
        raise BadInput(f"`{text}` is no schedule of run {run.number}, and none that can be run: {error}") from None
    parted = _difference(run, before, replayed, wanted.name, info.name)
    return Replay(wanted.name, info.name, before, replayed, parted)


@contextmanager
def debugged(folder: RunFolder, text: str, kernel: str, foreground: bool = False) -> Iterator[Debugger]:
    """A debugger for that schedule on the run's kernel: in the foreground, or awaited from another terminal."""
    with debugger(cached_kernel(folder.load(), kernel), len(parsed(text).stops)) as gdb, gdb.attached(foreground):
        yield gdb


def alone(
    subject: Subject,
    scenario: Scenario,
    guest: GuestSpec,
    schedule: Schedule,
    gdb: Debugger | None = None,
    *,
    atomic_stops: bool = False,
) -> Outcome:
    """What one schedule shows on a kernel, in a guest that runs nothing else. It has the second CPU of
    ``atomic_stops`` where the schedule needs it, too.

    Raises BadInput for a stop that is no point of it, LabBroke where the guest says nothing.
    """
    if gdb and schedule.atomic:
        raise BadInput(f"`{schedule}` stops in an atomic section, with two CPUs at work: gdb does not follow it there")
    ledger = Ledger(subject.name, subject.points, [scenario], symbols(subject), unchecked=subject.unchecked)
    only = to_numbers(schedule, subject.points)
    try:
        _boot(subject, ledger, guest, only, gdb, atomic_stops or schedule.atomic)
    except LabBroke as error:
        if not gdb:
            raise
        raise DebuggerLeft(f"no outcome: {error}") from None
    if gdb and not (ledger.accounts[scenario.name].broken or ledger.outcomes(scenario.name)):
        raise DebuggerLeft("no outcome: gdb was left before the schedule was over")
    return _only(ledger, scenario.name)


def named(run: Run, text: str, scenario: str | None, kernel: str | None) -> tuple[str, str]:
    """The cell that a schedule belongs to: what is not given is the one in which it failed.

    Raises BadInput where that is not one.
    """
    if scenario and kernel:
        return scenario, kernel
    schedule, name = parsed(text), kernel_of(run, kernel).name if kernel else ""
    cells = [
        (result.scenario, result.kernel)
        for result in run.results
        if result.scenario == (scenario or result.scenario) and result.kernel == (name or result.kernel)
        if any(outcome.schedule == schedule for outcome in result.outcomes)
    ]
    if len(cells) == 1:
        return cells[0]
    if not cells:
        where = f"{f' in {scenario}' * bool(scenario)}{f' on {name}' * bool(name)} in run {run.number}"
        raise BadInput(f"`{text}` failed nowhere{where}: --scenario and --kernel name one that passed")
    found = ", ".join(f"{each} on {kernel_}" for each, kernel_ in cells)
    raise BadInput(f"`{text}` failed in {found}: say which by --scenario and --kernel")


def parsed(text: str) -> Schedule:
    """A schedule as reports print it. Raises BadInput."""
    try:
        return Schedule.parse(text)
    except ValueError as error:
        raise BadInput(str(error)) from None


def kernel_of(run: Run, name: str) -> KernelInfo:
    """The run's kernel of that name, or side. Raises BadInput."""
    for info in run.kernels:
        if name in (info.name, info.side):
            return info
    raise BadInput(f"run {run.number} has no kernel `{name}`; it has {', '.join(info.name for info in run.kernels)}")


def scenario_file(folder: RunFolder, run: Run, name: str) -> Scenario:
    """The scenario as its file was. Raises BadInput."""
    path = folder.path / "scenarios" / f"{name}.yaml"
    if not path.is_file():
        names = ", ".join(scenario.name for scenario in run.plan.scenarios)
        raise BadInput(f"run {run.number} has no scenario `{name}`; it has {names}")
    return loader.load_scenario(path)


def scenario_of(folder: RunFolder, plan: ScenarioPlan) -> Scenario:
    """As the run had it: its file's bound and mount may have been overruled."""
    scenario = loader.load_scenario(folder.path / "scenarios" / f"{plan.name}.yaml")
    return _as_planned(scenario, plan).model_copy(update={"bound": plan.bound})


def _as_planned(scenario: Scenario, plan: ScenarioPlan) -> Scenario:
    return scenario.model_copy(update={"mount": f"{plan.filesystem}-dax"}) if plan.filesystem else scenario


def mounted_as(run: Run, scenario: Scenario, guest: GuestSpec) -> GuestSpec:
    """With the run's file system: lab.yaml may say another by now."""
    plan = run.scenario(scenario.name)
    return mounted(guest, _as_planned(scenario, plan) if plan else scenario)


def cached_kernel(run: Run, name: str) -> Kernel:
    """The kernel of that name, or side, of the run. Raises BadInput if it has left the cache."""
    return cached(kernel_of(run, name))


def cached(info: KernelInfo) -> Kernel:
    """The kernel of a past run. Raises BadInput if it, or the lab's modules for it, has left the cache."""
    kernel = artefacts.load(info.key, info.name)
    modules = folders.cache() / "modules" / info.modules
    if kernel is None or not modules.is_dir():
        raise BadInput(f"kernel {info.name} ({info.key}) is not in the cache any more: `./lab run` builds it again")
    return replace(kernel, modules_folder=modules)


def _boot(
    subject: Subject, ledger: Ledger, guest: GuestSpec, only: str, gdb: Debugger | None, atomic_stops: bool
) -> None:
    store = supplies(guest)
    with tempfile.TemporaryDirectory(prefix="lab-replay-") as work:
        plan = guest_plan("sweep", guest, subject.kernel.bzimage, Path(work), "tcg", atomic_stops=atomic_stops)
        plan = replace(plan, gdb=gdb.socket if gdb else None)
        batch = Batch(subject, ledger, plan, store.template, store.base, only, atomic_stops=atomic_stops)
        sweep(batch, gdb.deadline if gdb else Deadline.after(SECONDS), lambda _count: None)


def _only(ledger: Ledger, scenario: str) -> Outcome:
    account = ledger.accounts[scenario]
    if account.parted:
        raise NotReached(f"the replay says nothing: {account.broken}")
    if account.broken:
        raise LabBroke(f"the replay says nothing: {account.broken}")
    outcomes = ledger.outcomes(scenario)
    if not outcomes:
        raise LabBroke("the guest ended without a record of the schedule")
    return outcomes[0]


def recorded(run: Run, scenario: str, kernel: str, schedule: Schedule) -> Outcome | None:
    """What a run has of a schedule that failed, or was not stopped."""
    result = run.result(scenario, kernel)
    outcomes = result.outcomes if result else ()
    return next((outcome for outcome in outcomes if outcome.schedule == schedule), None)


def _difference(run: Run, recorded: Outcome | None, replayed: Outcome, scenario: str, kernel: str) -> str:
    if recorded is None:
        if _given_up(run, scenario, kernel, replayed.schedule):
            return "" if replayed.given_up else "it was given up in the run and is not now"
        if not _passed(run, scenario, kernel, replayed.schedule):
            return "the run did not run this schedule, so there is nothing to compare"
        return "it passed in the run and fails now" if replayed.failed else ""
    return _traces_part(recorded.trace, replayed.trace) or _outcomes_part(recorded, replayed)


def _passed(run: Run, scenario: str, kernel: str, schedule: Schedule) -> bool:
    result = run.result(scenario, kernel)
    return bool(result and str(schedule) in result.passing)


def _given_up(run: Run, scenario: str, kernel: str, schedule: Schedule) -> bool:
    result = run.result(scenario, kernel)
    return bool(result and str(schedule) in result.given_up)


def _traces_part(recorded: Sequence[Step], replayed: Sequence[Step]) -> str:
    if not recorded or not replayed:
        return ""  # the guest died of it: no trace came out
    for number, (one, other) in enumerate(zip(recorded, replayed, strict=False), 1):
        if one != other:
            return f"the traces part at step {number}: {_named(one)} in the run, {_named(other)} now"
    if len(recorded) != len(replayed):
        return f"the trace had {len(recorded)} steps in the run and has {len(replayed)} now"
    return ""


def _named(step: Step) -> str:
    return f"{'ABCD'[step.actor]} at {step.function}+{step.offset:#x}, visit {step.visit}"


def _outcomes_part(recorded: Outcome, replayed: Outcome) -> str:
    before = [violation.kind for violation in recorded.violations]
    after = [violation.kind for violation in replayed.violations]
    if before != after:
        return f"it showed {', '.join(before) or 'nothing'} in the run and shows {', '.join(after) or 'nothing'} now"
    for one, other in zip(recorded.ends, replayed.ends, strict=False):
        if (one.ended, one.errno, one.sigbus, one.saw) != (other.ended, other.errno, other.sigbus, other.saw):
            return f"actor {'ABCD'[one.actor]} ended otherwise: {_ended(one)} in the run, {_ended(other)} now"
    return ""


def _ended(end: ActorEnd) -> str:
    words = [str(end.ended)]
    words += [f"errno {end.errno}"] if end.errno else []
    words += [f"SIGBUS {' '.join(map(str, end.sigbus))}"] if end.sigbus else []
    words += [f"saw {end.saw}"] if end.saw else []
    return ", ".join(words)
