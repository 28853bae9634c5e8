# SPDX-License-Identifier: GPL-2.0-only
"""Sweeps that were made before need not be made again: a sweep is a function of what it was made from.

One CPU, time by instructions, no randomness of the host's: the same kernel, modules, points, racer, image, QEMU and
scenario give the same schedules, traces, violations and coverage (tests/vm/test_reuse.py). What may differ is the page
frame numbers and PIDs that a violation's words quote: which scenarios ran before in the same guest decides them. Stress
is never taken from an earlier run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from harness.collect import detector
from harness.config.scenario import Scenario
from harness.engine.subject import Subject
from harness.engine.sweeper import job_of
from harness.engine.sweeps import Hall, Swept, batch_of, sweep_all
from harness.errors import BadInput
from harness.guest.argv import kernel_arguments, qemu_argv
from harness.history.store import History
from harness.image.content import digest
from harness.process import run as run_program
from harness.progress import say
from harness.results import store as files
from harness.results.run import GuestFinding, Run
from harness.sweep.ledger import Ledger
from harness.sweep.records import SweepResult

Keys = Mapping[tuple[str, str], str]  # kernel's and scenario's name -> key


@dataclass(frozen=True)
class Earlier:
    """A cell of an earlier run, under this run's names, and what the kernel logged meanwhile."""

    result: SweepResult
    findings: tuple[GuestFinding, ...]


@dataclass
class Shelf:
    """Earlier runs, each read once."""

    history: History
    _runs: dict[str, Run] = field(default_factory=dict)

    def get(self, key: str, kernel: str) -> Earlier | None:
        """The cell with this key as one of ``kernel``; None if none was swept wholly."""
        found = self.history.swept(key)
        if found is None:
            return None
        recorded, its_scenario, its_kernel = found
        try:
            run = self._run(recorded.id)
        except BadInput as error:  # of another lab, of another time: made again
            say(str(error))
            return None
        result = run.result(its_scenario, its_kernel)
        assert result, "a cell that may be taken has a result"
        told = f"run {recorded.number}, {recorded.short}"
        findings = (each for each in run.findings if (each.kernel, each.mode) == (its_kernel, "sweep"))
        kept = tuple(replace(each, kernel=kernel) for each in findings if each.scenario in ("", its_scenario))
        return Earlier(replace(result, kernel=kernel, taken_from=told), kept)

    def _run(self, id_: str) -> Run:
        if id_ not in self._runs:
            self._runs[id_] = files.load(self.history.results(id_).decode(), f"run {id_[:12]} of the history")
        return self._runs[id_]


def sweep_what_is_new(
    subjects: Sequence[Subject], scenarios: Sequence[Scenario], hall: Hall, *, reuse: bool
) -> list[Swept]:
    """As sweep_all(), each result with its key; with ``reuse`` what the history has is not swept again."""
    keys = {(subject.name, scenario.name): result_key(subject, scenario, hall)
            for subject in subjects for scenario in scenarios}  # fmt: skip
    earlier = _earlier(keys) if reuse else {}
    if earlier:
        say(f"{len(earlier)} of {len(keys)} sweeps are those of earlier runs (--fresh makes all again)")
    swept = {each.subject.name: each for each in _missing(subjects, scenarios, hall, earlier)}
    return [_joined(subject, scenarios, swept.get(subject.name), earlier, keys) for subject in subjects]


def result_key(subject: Subject, scenario: Scenario, hall: Hall) -> str:
    """Of all that a sweep's result depends on: its records, what was not asked of its guest, and who read its log."""
    unasked = (check for check in scenario.checks if check in subject.unchecked)
    return digest(sweep_key(subject, scenario, hall), *unasked, _log_readers())


@cache
def _log_readers() -> str:
    """A finding that a later detector would make is in no earlier result."""
    return digest(*detector.files())


def sweep_key(subject: Subject, scenario: Scenario, hall: Hall) -> str:
    """Of all that the records of a sweep depend on."""
    ledger = Ledger(subject.name, subject.points, [scenario], str, unchecked=subject.unchecked)
    batch = batch_of(hall, subject, ledger, Path("guest"))
    plan = replace(batch.plan, kernel=Path("bzImage"))
    modules = subject.kernel.modules_folder
    job = job_of(batch, [scenario]).files()
    return digest(
        qemu_version(), *qemu_argv(plan), kernel_arguments(plan), batch.base.name, batch.template.name,
        booted(subject.kernel.bzimage), modules.name if modules else "",
        *(part for pair in sorted(job.items()) for part in pair),
    )  # fmt: skip


def booted(bzimage: Path) -> str:
    """A digest of what is booted: a commit that changes no code is the same kernel."""
    return _digest(bzimage, bzimage.stat().st_mtime_ns)


@cache
def _digest(path: Path, _time: int) -> str:
    return digest(path)


@cache
def qemu_version() -> str:
    """What QEMU says of itself."""
    return run_program(["qemu-system-x86_64", "--version"]).stdout.partition("\n")[0]


def _earlier(keys: Keys) -> dict[tuple[str, str], Earlier]:
    with History.open() as history:
        shelf = Shelf(history)
        found = {place: shelf.get(key, place[0]) for place, key in keys.items()}
    return {place: each for place, each in found.items() if each is not None}


def _missing(
    subjects: Sequence[Subject], scenarios: Sequence[Scenario], hall: Hall, earlier: Mapping[tuple[str, str], Earlier]
) -> list[Swept]:
    """Kernels that lack the same scenarios are swept together, so that all cores have work."""
    groups: dict[tuple[str, ...], list[Subject]] = {}
    for subject in subjects:
        names = tuple(each.name for each in scenarios if (subject.name, each.name) not in earlier)
        groups.setdefault(names, []).append(subject)
    swept = []
    for names, group in groups.items():
        if names:
            swept += sweep_all(group, [each for each in scenarios if each.name in names], hall)
    return swept


def _joined(
    subject: Subject,
    scenarios: Sequence[Scenario],
    swept: Swept | None,
    earlier: Mapping[tuple[str, str], Earlier],
    keys: Keys,
) -> Swept:
    """One kernel's results in the scenarios' order, wherever they come from."""
    made = {each.scenario: each for each in swept.results} if swept else {}
    taken = {each.name: earlier[subject.name, each.name] for each in scenarios if (subject.name, each.name) in earlier}
    results = {**made, **{name: each.result for name, each in taken.items()}}
    told = tuple((name, (f"not run again: {each.result.taken_from} has it",)) for name, each in taken.items())
    return Swept(
        subject,
        tuple(replace(results[each.name], key=keys[subject.name, each.name]) for each in scenarios),
        (swept.logs if swept else ()) + told,
        tuple(dict.fromkeys(finding for each in taken.values() for finding in each.findings)),
    )
