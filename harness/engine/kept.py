# SPDX-License-Identifier: GPL-2.0-only
"""A guest in which one schedule of a run is shown again, held for a developer to look at: SSH, gdb, console.

It is not the sweep's guest, which has no network. Time there is no count of instructions, so that it shows the same
stops, end states and outcome, but not the same trace.
"""

import io
import shlex
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import folders
from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine.debugger import symbols as gdb_symbols
from harness.engine.past import past_points
from harness.engine.replay import SECONDS, cached, kernel_of, mounted_as, parsed, recorded, scenario_file, shown
from harness.engine.stress_guest import Feed
from harness.engine.subject import Subject
from harness.engine.sweeps import symbols
from harness.errors import BadInput, KernelFailed, LabBroke, LabError
from harness.guest.login import login
from harness.guest.session import Wish, session_with_keys
from harness.guest.ssh import Shell
from harness.kernel.abilities import check_ssh
from harness.progress import say
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.sweep.job import Job
from harness.sweep.ledger import Ledger
from harness.sweep.numbers import to_numbers
from harness.sweep.records import Kind, Outcome
from harness.verdict.failures import failures

JOB = "racer /job"
AGAIN = f"mkdir /mnt/2 && LAB_FOLDER=/mnt/2 {JOB}"  # the racer makes no file where one is
# A panic that restarts the guest leaves nothing to look at.
ARGUMENTS = ("panic=0",)

DEADLY = {Kind.OOPS, Kind.HANG}  # what a run books where a guest dies of a schedule

Tell = Callable[[str], None]


def hold_first(folder: RunFolder, run: Run, guest: GuestSpec, tell: Tell) -> None:
    """`lab run --keep-on-fail`: the first schedule that counts against the kernel ``with``, held until Ctrl-C.

    The run is over and judged: what goes wrong here is told and changes nothing.
    """
    found = first_failing(run)
    if found is None:
        say("no guest is kept: no schedule fails that counts against the kernel under test")
        return
    try:
        hold(folder, *found, guest, tell)
    except LabError as error:
        say(f"no guest is kept: {error}")


def first_failing(run: Run) -> tuple[str, str, str] | None:
    """Schedule, scenario and kernel of the first failure of ``with`` that is neither documented nor known."""
    with_ = run.kernel("with")
    for result in run.results if with_ else ():
        if with_ is None or result.kernel != with_.name:
            continue
        counted = failures(run, result.scenario, result.kernel).sweep.values()
        news = {outcome.schedule for outcomes in counted for outcome in outcomes}
        for outcome in result.outcomes:
            if outcome.schedule in news:
                return str(outcome.schedule), result.scenario, result.kernel
    return None


def hold(folder: RunFolder, text: str, scenario: str, kernel: str, guest: GuestSpec, tell: Tell) -> int:
    """Shows the schedule in a guest, tells how to attach to it, and holds it until Ctrl-C or QEMU's end.

    0 if what is shown has the kinds that the run has, else 1. Raises BadInput as replay() does, LabBroke if the guest
    cannot be reached.
    """
    status = 1
    try:
        with _shown(folder, text, scenario, kernel, guest) as (shell, same, told):
            status = 0 if same else 1
            tell(told)
            say("the guest is held; Ctrl-C ends it")
            shell.guest.hold()
            say("the guest has ended")
    except KeyboardInterrupt:
        say("the guest is ended")
    return status


@contextmanager
def _shown(
    folder: RunFolder, text: str, scenario: str, kernel: str, guest: GuestSpec
) -> Iterator[tuple[Shell, bool, str]]:
    schedule = parsed(text)
    if schedule.atomic:
        raise BadInput(
            f"`{schedule}` stops in an atomic section, which takes the sweep's guest: replay it without --keep"
        )
    run = folder.load()
    info, wanted = kernel_of(run, kernel), scenario_file(folder, run, scenario)
    built = cached(info)
    check_ssh(info.name, built.config)
    points = past_points(run, info, built)
    subject = Subject(info.name, built, points)
    job = Job(built.build_id, tuple(point.address for point in points), (wanted,), only=to_numbers(schedule, points))
    place = folder.path / "guests" / f"{info.name}-kept" / "guest-0"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lab-gdb-") as short:
        stub = Path(short) / "socket"
        wish = _wish(subject, mounted_as(run, wanted, guest), job, stub)
        with session_with_keys(wish, place) as (shell, *keys), login(place, shell.guest.plan.ssh_port, *keys) as ssh:
            ledger = Ledger(subject.name, points, [wanted], symbols(subject))
            trouble, died = _run(shell, ledger)
            outcomes = ledger.outcomes(wanted.name)
            script = Path(short) / "attach.gdb"
            script.write_text(gdb_symbols(built) + f"target remote {stub}\n")
            before = recorded(run, wanted.name, info.name, schedule)
            same, compared = _compared(before, outcomes, trouble or ledger.accounts[wanted.name].broken, died)
            lines = [shown(wanted.name, info.name, outcomes[0])] if outcomes else [f"{scenario} on {kernel}: {text}"]
            lines += [f"  {compared}", *_ways(ssh, script, shell.guest.plan.console)]
            lab = shlex.quote(str(folders.PROJECT / "lab"))
            where = f"{shlex.quote(str(folder.path))} {shlex.quote(text)} --scenario {wanted.name} --kernel {info.name}"
            lines += [f"  its stop  {lab} gdb {where}    (another guest)"]
            yield shell, same, "\n".join(lines)


def _wish(subject: Subject, guest: GuestSpec, job: Job, stub: Path) -> Wish:
    """One CPU, as a stop is the only reason why another actor gets it."""
    return Wish(
        subject.kernel.bzimage, subject.kernel.modules, memory=guest.memory_bytes, nvdimm=guest.nvdimm.size_bytes,
        nvdimms=guest.nvdimm.count, filesystem=guest.filesystem, machine=guest.machine, arguments=ARGUMENTS,
        files=job.files(), gdb=stub, held=True,
    )  # fmt: skip


def _run(shell: Shell, ledger: Ledger) -> tuple[str, bool]:
    """Runs the job; what went wrong, or of what the kernel died, and whether it did."""
    errors = io.BytesIO()
    ledger.begin_guest()
    try:
        status = shell.run(JOB, Feed(shell.guest, ledger.take), errors, deadline=Deadline.after(SECONDS))
    except KernelFailed as error:
        return f"{error}; it is left as it was then, for gdb", True
    except LabBroke as error:
        return str(error), False
    return errors.getvalue().decode("utf-8", "replace").strip() if status else "", False


def _compared(before: Outcome | None, now: list[Outcome], trouble: str, died: bool) -> tuple[bool, str]:
    then = sorted({violation.kind for violation in before.violations}) if before else []
    if not now:
        return died and bool(DEADLY & set(then)), trouble or "the guest told nothing of it"
    kinds = sorted({violation.kind for violation in now[0].violations})
    if kinds == then:
        return True, "as in the run"
    return False, f"it showed {', '.join(then) or 'nothing'} in the run and shows {', '.join(kinds) or 'nothing'} here"


def _ways(ssh: str, script: Path, console: Path) -> list[str]:
    return [
        f"  shell     {ssh}",
        f"  again     {AGAIN}    (there)",
        f"  gdb       gdb -x {shlex.quote(str(script))}",
        f"  console   {console}",
    ]
