# SPDX-License-Identifier: GPL-2.0-only
"""The same schedules, byte for byte, on every boot, however many guests run at once; and each of them replayable."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.config.loader import load_lab, load_scenarios
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.experiment import Experiment
from harness.engine.guests import guest_plan, supplies
from harness.engine.kernels import make_kernels, subject
from harness.engine.replay import replay
from harness.engine.subject import Subject
from harness.engine.sweeper import Batch, sweep
from harness.engine.sweeps import Hall, sweep_all
from harness.mutants.corpus import load_mutants
from harness.mutants.runner import Bench
from harness.mutants.scope import Corpus
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.sweep.account import Position
from harness.sweep.ledger import Ledger
from tests.vm.conftest import HOUR, LAB

BOOTS = 5
CHOSEN = ("fsync-write", "read-write-processes", "three-readers-hole", "write-after-sync-fsync")


@pytest.fixture(scope="module")
def subjects(experiment: Experiment) -> list[Subject]:
    """Both kernels with their points."""
    return [subject(made, ["fs/dax.c"], every_instruction=False)
            for made in make_kernels(experiment, Deadline.after(HOUR))]  # fmt: skip


def swept(subjects: list[Subject], experiment: Experiment, folder: Path, workers: int) -> tuple[bytes, list[str]]:
    """All records of all guests in a fixed order, and the results' digests."""
    scenarios = [scenario for scenario in experiment.scenarios if scenario.name in CHOSEN]
    guest = GuestSpec()
    hall = Hall(guest, supplies(guest), folder, Deadline.after(HOUR), workers)
    digests = [result.digest for each in sweep_all(subjects, scenarios, hall) for result in each.results]
    records = b"".join(path.read_bytes() for path in sorted(folder.rglob("records")))
    return records, digests


def test_five_boots_write_the_same_bytes_however_many_run_at_once(
    subjects: list[Subject], experiment: Experiment, tmp_path: Path
) -> None:
    seen = [swept(subjects, experiment, tmp_path / str(boot), workers=1 + boot % 2) for boot in range(BOOTS)]
    assert b'"t":"canary","ok":true' in seen[0][0]
    assert b'"v":[["not-durable"' in seen[0][0] or b'"not-durable"' in seen[0][0]
    assert len(set(seen[0][1])) > 1, "the digests tell scenarios apart"
    assert all(each == seen[0] for each in seen)


def rows_of(
    subject: Subject, guest: GuestSpec, scenarios: Sequence[Scenario], folder: Path, known: Sequence[str] = ()
) -> list[str]:
    """What one guest writes of the last scenario, of which the rows ``known`` are there already."""
    ledger, store = Ledger(subject.name, subject.points, scenarios, hex), supplies(guest)
    account = ledger.accounts[scenarios[-1].name]
    account.rows = list(known)
    position = Position(known=json.loads(known[-1])["s"], flush=1) if known else Position()
    plan = guest_plan("sweep", guest, subject.kernel.bzimage, folder, "tcg")
    batch = Batch(subject, ledger, plan, store.template, store.base)
    sweep(batch, Deadline.after(HOUR), lambda _: None, position)
    assert ledger.result(account.scenario.name).complete
    return account.rows


def test_a_guest_that_goes_on_behind_a_known_row_writes_the_rest_the_same(
    subjects: list[Subject], experiment: Experiment, tmp_path: Path
) -> None:
    """As after a crash: the rows that the dead guest had not written are run again, each flushed at once."""
    (chosen,) = (each for each in experiment.scenarios if each.name == "read-write-hole")
    stock, guest = subjects[1], GuestSpec()

    def rows(name: str, known: Sequence[str] = ()) -> list[str]:
        return rows_of(stock, guest, [chosen], tmp_path / name, known)

    whole = rows("whole")
    assert len(whole) > 1000, "two stops"
    for at in (2 * len(whole) // 3, len(whole) - 1):
        assert rows(f"behind-{at}", whole[:at]) == whole


class MutantRows:
    """What guests of one mutant write of one scenario, behind others, or from one of its rows on."""

    def __init__(self, folders: Path, mutant: str) -> None:
        wanted = load_mutants()[mutant]
        self.folder = folders / "mutants" / f"exactness-{wanted.name}"
        self.folder.mkdir(parents=True)
        bench = Bench(Corpus(load_lab(LAB), "stock", (wanted,), ()), self.folder, Deadline.after(HOUR))
        stand = bench.stand(wanted)
        self.wrong = stand.subject(mutant, bench.units(wanted), (wanted.path,))
        self.guest = stand.guest("sweep")

    def rows(self, *names: str, bound: int = 1, known: tuple[str, ...] = ()) -> list[str]:
        """Those of the last scenario, of which ``known`` are there already."""
        scenarios = [load_scenarios()[name].model_copy(update={"bound": bound}) for name in names]
        return rows_of(self.wrong, self.guest, scenarios, self.folder / f"{'-'.join(names)}-{len(known)}", known)


@pytest.mark.parametrize(
    ("mutant", "scenario", "before", "rows_at_least"),
    [
        ("ext4-zeroes-found-block", "pwrite-write-hole", ("read-write-hole",), 200),
        ("xfs-read-fault-unlocked", "pin-punch", ("read-write-hole", "fsync-punch-neighbour"), 100),
    ],
)
def test_points_in_a_file_system_give_the_same_rows_alone_and_behind_others(
    run_folders: Path, mutant: str, scenario: str, before: tuple[str, ...], rows_at_least: int
) -> None:
    """A store's way through fs/ext4/inode.c depends on whether the clock has ticked since the file's time was set."""
    guests = MutantRows(run_folders, mutant)
    alone = guests.rows(scenario)
    assert len(alone) > rows_at_least
    assert guests.rows(*before, scenario) == alone


def test_a_schedule_shows_nothing_of_what_a_failing_one_has_left(run_folders: Path) -> None:
    """An entry that is lost leaves its page marked as the file's: whoever got the block later was warned of."""
    guests = MutantRows(run_folders, "lock-bit-never-set")
    whole = guests.rows("read-write-hole", bound=2)
    failing = [number for number, row in enumerate(whole) if json.loads(row).get("v")]
    assert len(failing) > 500
    half = failing[len(failing) // 2]
    behind = guests.rows("read-write-hole", bound=2, known=tuple(whole[: half + 1]))
    assert [kinds_of(row) for row in behind] == [kinds_of(row) for row in whole]


def kinds_of(row: str) -> tuple[str, str, list[str]]:
    """A row but for its details: they name page frames, which depend on how many schedules ran before."""
    said = json.loads(row)
    return said["s"], said["h"], [kind for kind, _detail in said.get("v", ())]


def test_failing_schedules_replay_step_for_step(pair: tuple[RunFolder, Run]) -> None:
    folder, run = pair
    for scenario in ("read-write-hole", "fsync-write"):
        kernel = next(each.name for each in run.kernels if each.side == "without")
        found = run.result(scenario, kernel)
        assert found is not None
        for outcome in (found.outcomes[0], found.outcomes[-1]):
            done = replay(folder, str(outcome.schedule), scenario=scenario, kernel=kernel, guest=GuestSpec())
            assert done.parted == ""
            assert done.replayed.trace == outcome.trace
            assert [each.kind for each in done.replayed.violations] == [each.kind for each in outcome.violations]


def test_a_schedule_that_passed_passes_again(pair: tuple[RunFolder, Run]) -> None:
    folder, run = pair
    found = run.result("read-write-hole", "stock")
    assert found is not None
    done = replay(folder, found.passing[-1], scenario="read-write-hole", kernel="with", guest=GuestSpec())
    assert done.parted == ""
    assert not done.replayed.violations
