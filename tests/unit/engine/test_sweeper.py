# SPDX-License-Identifier: GPL-2.0-only
"""What the sweeper does with each way in which a guest can end: books it, and goes on behind it in a fresh guest."""

from collections.abc import Callable

import pytest

from harness.collect.dmesg import findings
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine import sweeper
from harness.engine.batches import cost
from harness.engine.guests import Supplies, guest_plan
from harness.engine.sweeper import HANGS_MAX, Batch, sweep
from harness.errors import LabBroke
from harness.guest.runner import Guest
from harness.sweep.ledger import HUNG, Ledger
from harness.sweep.records import Kind
from tests.fakes.boots import Boots
from tests.fakes.records import (
    BUILD_ID,
    POINTS,
    begin,
    boot,
    bye,
    done,
    end,
    failed,
    line,
    panics,
    passed,
    scenario,
    start,
    subject,
    whole,
)

NAME, OTHER = "read-write-hole", "fsync-write"
HANG = ("hang", "B: blocked for ever")
MakeBatch = Callable[..., Batch]
LOCKUP = "console watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [racer:61]\nconsole interleave: in schedule "


@pytest.fixture
def batch_of(boots: Boots, supplies: Supplies, guest: GuestSpec) -> MakeBatch:
    """Gives a batch of scenarios on a kernel whose boots follow scripts."""

    def make(*scripts: str, names: tuple[str, ...] = (NAME,), only: str = "") -> Batch:
        boots.follow(scripts)
        kernel = subject(boots.folder)
        scenarios: list[Scenario] = [scenario(name) for name in names]
        ledger = Ledger(kernel.name, POINTS, scenarios, hex)
        plan = guest_plan("sweep", guest, kernel.kernel.bzimage, boots.folder / "guests", "tcg")
        return Batch(kernel, ledger, plan, supplies.template, supplies.base, only)

    return make


def swept(batch: Batch, seconds: float = 20) -> list[int]:
    """Runs a batch; returns what its ticks counted."""
    ticks: list[int] = []
    sweep(batch, Deadline.after(seconds), ticks.append)
    return ticks


def hung(schedule: str, *before: str) -> list[str]:
    """A guest that leaves its scenario at a schedule that hangs."""
    rows = [passed(each) for each in before]
    return [
        *start(),
        begin(),
        *rows,
        failed(schedule, HANG),
        end(complete=False),
        done(status=HUNG, now=schedule),
        bye(),
    ]


def test_one_guest_runs_a_whole_batch(batch_of: MakeBatch, boots: Boots) -> None:
    batch = batch_of(boot(*start(), *whole(NAME), *whole(OTHER), bye()), names=(NAME, OTHER))
    ticks = swept(batch)
    assert ticks.count(1) == 8, "a tick a schedule"
    assert sum(ticks) == 2 * cost(scenario()), "and what was foreseen in all"
    assert boots.count() == 1
    assert all(batch.ledger.result(name).complete for name in (NAME, OTHER))


def test_a_check_that_a_kernel_is_too_old_for_is_not_asked_of_its_guest_and_told(
    batch_of: MakeBatch, boots: Boots
) -> None:
    batch = batch_of(boot(*start(), *whole(NAME), bye()))
    account = batch.ledger.accounts[NAME]
    account.scenario = account.scenario.model_copy(update={"checks": ("tags",)})
    batch.ledger.unchecked = ("tags", "durable")
    swept(batch)
    assert " tags=0 durable=0 " in next(text for text in boots.job(0) if text.startswith("scenario "))
    assert batch.ledger.result(NAME).unchecked == ("tags",)


def test_the_guest_is_given_the_build_id_the_points_and_every_scenario(batch_of: MakeBatch, boots: Boots) -> None:
    swept(batch_of(boot(*start(), *whole(NAME), *whole(OTHER), bye()), names=(NAME, OTHER)))
    job = boots.job(0)
    assert job[:2] == [f"build-id {BUILD_ID}", "points /job.points"]
    assert [words.split()[1] for words in job[2:]] == [f"name={NAME}", f"name={OTHER}"]
    initramfs = (boots.folder / "bzImage.0.initramfs").read_bytes()
    assert b"".join(point.address.to_bytes(8, "little") for point in POINTS) in initramfs


def test_console_and_records_stay_but_not_what_can_be_made_again(batch_of: MakeBatch) -> None:
    batch = batch_of(boot(*start(), *whole(), bye()))
    swept(batch)
    assert {path.name for path in (batch.plan.folder / "guest-0").iterdir()} == {"console.log", "records", "qemu.log"}


def test_behind_a_hang_a_fresh_guest_goes_on(batch_of: MakeBatch, boots: Boots) -> None:
    second = [*start(), begin(), passed("BA"), end(), done(), *whole(OTHER), bye()]
    batch = batch_of(boot(*hung("AB A2#1", "AB", "AB A1#1")), boot(*second), names=(NAME, OTHER))
    swept(batch)
    assert boots.count() == 2
    assert boots.job(1)[2] == "resume AB A2#1"
    result = batch.ledger.result(NAME)
    assert (result.complete, result.schedules, result.failing) == (True, {0: 2, 1: 2}, {1: 1})
    assert result.outcomes[0].violations[0].kind is Kind.HANG
    assert batch.ledger.result(OTHER).complete


def test_a_fresh_guest_is_not_given_the_scenarios_that_are_done(batch_of: MakeBatch, boots: Boots) -> None:
    first = [*start(), *whole(NAME), *[each.replace(NAME, OTHER) for each in hung("AB")[2:]]]
    batch = batch_of(boot(*first), boot(*start(), *whole(OTHER), bye()), names=(NAME, OTHER))
    swept(batch)
    assert [words.split()[1] for words in boots.job(1)[2:]] == ["AB", f"name={OTHER}"]


@pytest.mark.parametrize(
    ("words", "kind"), [("kernel BUG at fs/dax.c:415!", Kind.OOPS), ("Oops: 0000 [#1] PREEMPT", Kind.OOPS)]
)
def test_a_panic_is_an_outcome_of_the_schedule_in_the_modules_last_words(
    batch_of: MakeBatch, boots: Boots, words: str, kind: Kind
) -> None:
    last = f"console {words}\n" + panics(f"in schedule {NAME} AB A3#1")
    first, again = boot(*start(), begin(), passed("AB"), last=last), boot(*start(), begin(), last=last)
    batch = batch_of(first, again, boot(*start(), begin(), passed("BA"), end(), done(), bye()))
    swept(batch)
    result = batch.ledger.result(NAME)
    (outcome,) = result.outcomes
    assert str(outcome.schedule) == "AB A@dax_insert_entry+0x1f#1"
    assert outcome.violations[0].kind is kind
    assert words in outcome.violations[0].detail
    assert boots.job(1)[2:4] == ["known AB", "flush 1"], "the children of AB are still to be run"
    assert boots.job(2)[2:4] == ["resume AB A3#1", "flush 1"]
    assert (result.schedules, result.complete) == ({0: 2, 1: 1}, True)


def test_the_rows_that_a_dead_guest_had_not_written_are_run_again_and_the_crash_is_booked_once(
    batch_of: MakeBatch, boots: Boots
) -> None:
    dies = panics(f"in schedule {NAME} AB A3#1")
    first = boot(*start(), begin(), passed("AB"), last=dies)  # AB A1#1 and AB A2#1 went with it
    again = boot(*start(), begin(), passed("AB A1#1"), passed("AB A2#1"), last=dies)
    rest = boot(*start(), begin(), passed("BA"), passed("BA B1#1"), end(), done(), bye())
    batch = batch_of(first, again, rest)
    swept(batch)
    at_once = batch_of(
        boot(*start(), begin(), *map(passed, ("AB", "AB A1#1", "AB A2#1")), last=dies),
        boot(*start(), begin(), last=dies), rest,
    )  # fmt: skip
    for folder in (boots.folder / "guests").iterdir():
        folder.rename(boots.folder / f"before-{folder.name}")
    swept(at_once)
    one, other = batch.ledger.result(NAME), at_once.ledger.result(NAME)
    assert [str(each).count("@") for each in one.passing] == [0, 1, 1, 0, 1]
    assert (one.schedules, one.failing, one.complete) == ({0: 2, 1: 4}, {1: 1}, True)
    assert one.digest == other.digest, "whatever was lost"


def test_a_crash_that_does_not_come_again_is_kept_and_says_so(batch_of: MakeBatch, boots: Boots) -> None:
    first = boot(*start(), begin(), passed("AB"), last=panics(f"in schedule {NAME} AB A3#1"))
    again = [*start(), begin(), passed("AB A1#1"), passed("AB A3#1"), passed("BA"), end(), done(), bye()]
    batch = batch_of(first, boot(*again))
    swept(batch)
    result = batch.ledger.result(NAME)
    assert boots.count() == 2
    assert (result.schedules, result.failing, result.complete) == ({0: 2, 1: 2}, {1: 1}, True)
    assert result.outcomes[0].violations[0].detail.endswith("which did not come again when the schedule was run again")


def test_a_crash_for_which_no_second_time_was_left_is_an_outcome_of_a_sweep_that_is_not_complete(
    batch_of: MakeBatch,
) -> None:
    dies = panics(f"in schedule {NAME} AB A3#1")
    batch = batch_of(boot(*start(), begin(), passed("AB"), last=dies), boot(*start(), begin(), last="forever\n"))
    swept(batch, seconds=1.5)
    result = batch.ledger.result(NAME)
    assert (result.failing, result.complete) == ({1: 1}, False)


def test_another_crash_on_the_way_to_the_first_is_booked_and_the_first_still_awaited(
    batch_of: MakeBatch, boots: Boots
) -> None:
    first, early = panics(f"in schedule {NAME} AB A3#1"), panics(f"in schedule {NAME} AB A2#1")
    batch = batch_of(
        boot(*start(), begin(), passed("AB"), last=first),
        boot(*start(), begin(), passed("AB A1#1"), last=early),
        boot(*start(), begin(), last=first),
        boot(*start(), begin(), passed("BA"), end(), done(), bye()),
    )
    swept(batch)
    assert [boots.job(number)[2] for number in (1, 2, 3)] == ["known AB", "resume AB A2#1", "resume AB A3#1"]
    result = batch.ledger.result(NAME)
    assert (result.failing, result.complete) == ({1: 2}, True)


def test_a_guest_that_dies_in_its_first_rows_begins_again_and_writes_each(batch_of: MakeBatch, boots: Boots) -> None:
    dies = panics(f"in schedule {NAME} AB A1#1")
    rest = boot(*start(), begin(), passed("BA"), end(), done(), bye())
    batch = batch_of(boot(*start(), begin(), last=dies), boot(*start(), begin(), passed("AB"), last=dies), rest)
    swept(batch)
    assert boots.job(1)[2] == "flush 1"
    assert (batch.ledger.result(NAME).schedules, batch.ledger.result(NAME).complete) == ({0: 2, 1: 1}, True)


def test_a_panic_behind_a_schedule_says_so(batch_of: MakeBatch) -> None:
    second = [*start(), begin(), passed("BA"), end(), done(), bye()]
    scripts = [boot(*start(), begin(), passed("AB"), last=panics(f"after schedule {NAME} AB A1#1")), boot(*second)]
    batch = batch_of(*scripts)
    swept(batch)
    assert batch.ledger.result(NAME).outcomes[0].violations[0].detail.endswith(", after the schedule had ended")


def test_a_panic_behind_the_last_schedule_of_a_scenario_is_not_booked_to_the_next(batch_of: MakeBatch) -> None:
    first = boot(*start(), *whole(NAME), begin(OTHER), last=panics(f"after schedule {NAME} BA B3#1"))
    batch = batch_of(first, boot(*start(), *whole(OTHER), bye()), names=(NAME, OTHER))
    swept(batch)
    assert not batch.ledger.result(OTHER).outcomes
    (outcome,) = batch.ledger.result(NAME).outcomes
    assert str(outcome.schedule) == "BA B@dax_insert_entry+0x1f#1"
    assert batch.ledger.result(OTHER).schedules == {0: 2, 1: 2}, "begun again: nothing counts twice"


def test_a_panic_between_two_scenarios_leaves_the_next_whole(batch_of: MakeBatch, boots: Boots) -> None:
    first = boot(*start(), *whole(NAME), last=panics(f"after schedule {NAME} BA B3#1"))
    batch = batch_of(first, boot(*start(), *whole(OTHER), bye()), names=(NAME, OTHER))
    swept(batch)
    assert not [text for text in boots.job(1) if text.startswith("resume")]
    assert batch.ledger.result(OTHER).complete
    (outcome,) = batch.ledger.result(NAME).outcomes
    assert outcome.violations[0].kind is Kind.OOPS


@pytest.mark.parametrize("schedule", ["AB A1#1[    1.7] CPU: 0 PID: 61", "[    1.7] CPU: 0 PID: 61", "AB A9#1", " "])
def test_last_words_that_are_torn_do_not_take_the_whole_run_with_them(batch_of: MakeBatch, schedule: str) -> None:
    batch = batch_of(boot(*start(), begin(), passed("AB"), last=panics(f"in schedule {NAME} {schedule}")))
    with pytest.raises(LabBroke):  # at once, where sweep_all() makes it this batch's trouble
        swept(batch)
    assert batch.ledger.result(NAME).outcomes == ()


def test_a_soft_lockup_is_a_hang_of_its_schedule(batch_of: MakeBatch) -> None:
    first = boot(*start(), begin(), passed("AB"), last=LOCKUP + f"{NAME} AB A1#1\nforever\n")
    batch = batch_of(first, boot(*start(), begin(), passed("BA"), end(), done(), bye()))
    swept(batch)
    assert batch.ledger.result(NAME).outcomes[0].violations[0].kind is Kind.HANG


def locks_up(schedule: str, starved: int = 3170) -> str:
    """The end of a script whose kernel keeps the CPU and answers an NMI."""
    said = (
        "Kernel panic - not syncing: NMI: Not continuing", "Call Trace:", " <NMI>", " panic+0xf0/0x2a3",
        "RIP: 0010:native_queued_spin_lock_slowpath+0x20a/0x250", " </NMI>", " dax_lock_page+0x6d/0x180", " </TASK>",
        "---[ end Kernel panic - not syncing: NMI: Not continuing ]---",
        f"interleave: in schedule {NAME} {schedule}", f"interleave: nobody could be scheduled for {starved} ms",
    )  # fmt: skip
    return "monitor\nawait inject-nmi\n" + "".join(f"console [   40.500000] {each}\n" for each in said)


def test_a_lockup_that_comes_again_in_a_fresh_guest_is_a_hang_of_its_schedule(
    batch_of: MakeBatch, boots: Boots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guest.__init__, "__defaults__", (2.0,))
    first = boot(*start(), begin(), passed("AB"), last=locks_up("AB A1#1"))
    again = boot(*start(), begin(), last=locks_up("AB A1#1"))
    batch = batch_of(first, again, boot(*start(), begin(), passed("BA"), end(), done(), bye()))
    swept(batch, seconds=60)
    result = batch.ledger.result(NAME)
    assert [[each.kind for each in outcome.violations] for outcome in result.outcomes] == [[Kind.HANG]]
    assert [boots.job(number)[2] for number in (1, 2)] == ["known AB", "resume AB A1#1"]
    assert (result.schedules, result.complete, result.broken) == ({0: 2, 1: 1}, True, "")
    log = "\n".join(batch.ledger.accounts[NAME].all_log)
    assert [(each.kind, each.title) for each in findings(log)] == [
        (Kind.HANG, "lockup in native_queued_spin_lock_slowpath")
    ]


def test_a_lockup_that_does_not_come_again_is_not_the_kernel_s(
    batch_of: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guest.__init__, "__defaults__", (2.0,))
    first = boot(*start(), begin(), passed("AB"), last=locks_up("AB A1#1"))
    batch = batch_of(first, boot(*start(), begin(), passed("AB A1#1"), passed("BA"), end(), done(), bye()))
    swept(batch, seconds=60)
    result = batch.ledger.result(NAME)
    assert (result.failing, result.complete) == ({}, True)
    assert "did not come again" in result.broken
    assert not findings("\n".join(batch.ledger.accounts[NAME].all_log))


def test_a_guest_that_was_only_slow_breaks_the_lab_though_it_says_its_schedule(
    batch_of: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guest.__init__, "__defaults__", (2.0,))
    batch = batch_of(boot(*start(), begin(), passed("AB"), last=locks_up("AB A1#1", starved=20)))
    with pytest.raises(LabBroke, match=r"\(hang\).*it may be slow, or the host is"):
        swept(batch, seconds=60)
    assert batch.ledger.result(NAME).outcomes == ()


def test_a_panic_without_the_modules_word_is_nobodys_outcome(batch_of: MakeBatch) -> None:
    batch = batch_of(boot(*start(), begin(), passed("AB"), last=panics("")))
    with pytest.raises(LabBroke, match=r"ended before its work was done \(panic\).*Fatal exception"):
        swept(batch)
    assert batch.ledger.result(NAME).outcomes == ()


def test_a_panic_before_the_canary_is_proven_says_nothing_of_the_kernel(batch_of: MakeBatch) -> None:
    batch = batch_of(boot(start()[0], last=panics("in schedule canary AB A4#1")))
    with pytest.raises(LabBroke, match=r"\(panic\)"):
        swept(batch)


def test_actors_killed_for_want_of_memory_are_an_outcome_and_a_fresh_guest_goes_on(
    batch_of: MakeBatch, boots: Boots
) -> None:
    first = [*start(), begin(), passed("AB"), done(status=-1, signal=9, now="AB A1#1"), bye()]
    batch = batch_of(boot(*first), boot(*start(), begin(), passed("BA"), end(), done(), bye()))
    swept(batch)
    result = batch.ledger.result(NAME)
    assert [violation.kind for violation in result.outcomes[0].violations] == [Kind.OOM]
    assert boots.job(1)[2] == "resume AB A1#1"
    assert result.complete


def test_a_broken_canary_breaks_the_lab(batch_of: MakeBatch) -> None:
    why = "canary: actor 0 stopped at point 2: counter 1 and stop 1, expected 2 and 0"
    broken = line("broken", why=why, errno=0, error="Success")
    with pytest.raises(LabBroke, match="canary: actor 0 stopped at point 2"):
        swept(batch_of(boot(start()[0], broken)))


def test_missed_probes_break_the_lab(batch_of: MakeBatch) -> None:
    with pytest.raises(LabBroke, match="2 probe hits were missed"):
        swept(batch_of(boot(*start(), *whole(), bye(missed=2))))


def test_qemus_death_breaks_the_lab_and_is_no_outcome(batch_of: MakeBatch) -> None:
    batch = batch_of(boot(*start(), begin(), passed("AB"), last="stderr qemu: host memory is full\nexit 1\n"))
    with pytest.raises(LabBroke, match=r"\(qemu-died\).*host memory is full"):
        swept(batch)
    assert batch.ledger.result(NAME).failing == {}


def test_a_guest_that_does_not_boot_breaks_the_lab_and_names_the_reason(batch_of: MakeBatch) -> None:
    with pytest.raises(LabBroke, match=r"\(boot-failure\).*no DAX here"):
        swept(batch_of(boot(last="console lab: broken: no DAX here\nconsole reboot: Power down\n")))


def test_a_guest_that_falls_silent_breaks_the_lab(batch_of: MakeBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guest.__init__, "__defaults__", (0.5,))
    with pytest.raises(LabBroke, match=r"\(hang\)"):
        swept(batch_of(boot(*start(), begin(), passed("AB"), last="forever\n")))


def test_a_racer_that_stops_half_way_breaks_the_lab(batch_of: MakeBatch) -> None:
    with pytest.raises(LabBroke, match=r"before its work was done \(finished\)"):
        swept(batch_of(boot(*start(), begin(), passed("AB"))))


def test_at_the_deadline_what_is_known_is_kept_and_is_incomplete(batch_of: MakeBatch, boots: Boots) -> None:
    batch = batch_of(boot(*start(), *whole(NAME), begin(OTHER), passed("AB"), last="forever\n"), names=(NAME, OTHER))
    swept(batch, seconds=1.5)
    assert boots.count() == 1
    assert batch.ledger.result(NAME).complete
    cut = batch.ledger.result(OTHER)
    assert (cut.complete, cut.schedules, cut.broken) == (False, {0: 1}, "")


def test_no_guest_is_started_behind_the_deadline(batch_of: MakeBatch, boots: Boots) -> None:
    batch = batch_of()
    swept(batch, seconds=0)
    assert boots.count() == 0
    assert not batch.ledger.result(NAME).complete


def test_a_scenario_that_hangs_again_and_again_is_given_up_and_is_incomplete(
    batch_of: MakeBatch, boots: Boots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "HANGS_MAX", 3)
    scripts = [boot(*hung(f"AB A{number}#1")) for number in range(3)]
    batch = batch_of(*scripts, boot(*start(), *whole(OTHER), bye()), names=(NAME, OTHER))
    swept(batch)
    assert boots.count() == 4
    assert boots.job(3)[2].startswith(f"scenario name={OTHER}"), "the next scenario resumes behind nothing"
    result = batch.ledger.result(NAME)
    assert (result.failing, result.complete) == ({1: 3}, False)
    assert batch.ledger.result(OTHER).complete


def test_ten_hangs_are_what_a_scenario_is_worth() -> None:
    assert HANGS_MAX == 10


def test_a_replay_runs_one_schedule_and_does_not_go_on_behind_its_hang(batch_of: MakeBatch, boots: Boots) -> None:
    batch = batch_of(boot(*hung("AB A1#1")), only="AB A1#1")
    swept(batch)
    assert boots.count() == 1
    assert "only AB A1#1" in boots.job(0)
    assert batch.ledger.result(NAME).failing == {1: 1}
