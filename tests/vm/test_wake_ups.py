# SPDX-License-Identifier: GPL-2.0-only
"""Both orders of a wake-up on a real kernel: the same schedules as without them, and more."""

from pathlib import Path

from harness.config.models import GuestSpec
from harness.engine.experiment import Choice, resolve
from harness.engine.replay import replay
from harness.engine.run import perform
from harness.results.folder import RunFolder
from harness.results.run import Run
from tests.vm.conftest import LAB

NAME = "fsync-write-fsync"  # the first fsync holds an entry's lock while the second waits for it


def swept(*, both: bool) -> tuple[RunFolder, Run]:
    return perform(resolve(Choice(LAB, scenarios=(NAME,), stress=False, both_wake_ups=both)))


def schedules(run: Run) -> list[str]:
    result = run.result(NAME, "stock")
    assert result is not None
    return [*result.passing, *(str(outcome.schedule) for outcome in result.outcomes)]


def test_the_other_order_is_a_schedule_of_its_own_and_changes_none_of_the_others(run_folders: Path) -> None:
    one, (folder, both) = swept(both=False)[1], swept(both=True)
    more = [text for text in schedules(both) if "^" in text]
    assert more
    assert sorted(set(schedules(both)) - set(more)) == sorted(schedules(one))
    assert both.plan.both_wake_ups and not one.plan.both_wake_ups
    done = replay(folder, more[0], scenario=NAME, kernel="stock", guest=GuestSpec())
    assert str(done.replayed.schedule) == more[0] and done.parted == ""
