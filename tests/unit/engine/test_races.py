# SPDX-License-Identifier: GPL-2.0-only
"""Stress over fresh guests: a scenario that kills its guest fails, the ones behind it are raced in the next."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.config.models import GuestSpec, Lab, Stress
from harness.deadline import Deadline
from harness.engine.experiment import Choice, Experiment
from harness.engine.guests import Supplies
from harness.engine.races import Raced, race_all
from harness.guest import runner
from harness.progress import Progress
from harness.sweep.records import Kind
from tests.fakes import stress
from tests.fakes.boots import Boots
from tests.fakes.records import begin, boot, bye, line, panics, scenario, subject

NAMES = ("one", "two", "three")
Race = Callable[..., Raced]
OOPS = "console kernel BUG at fs/dax.c:415!\n" + panics("")


def raced(*names: str, **failures: int) -> list[str]:
    """Records of scenarios that came to their ends."""
    lines = []
    for name in names:
        totals = line("stress", name=name, races=2048, cpus=2, seconds=0.5, failures=failures)
        lines += [begin(name), totals, line("done", name=name, status=0, signal=0)]
    return lines


def experiment_of(races_wanted: int, on_xfs: str = "") -> Experiment:
    lab = Lab.model_validate({
        "kernels": {"stock": {"build": "/"}, "other": {"build": "/"}},
        "experiment": {"without": "other", "with": "stock", "stress": Stress(races=races_wanted)},
    }, context={"folder": Path("/")})  # fmt: skip
    mounts = {on_xfs: "xfs-dax"}
    scenarios = tuple(scenario(name, mount=mounts.get(name)) for name in NAMES)
    return Experiment(Choice(Path("lab.yaml")), lab, (), scenarios)


@pytest.fixture
def race(boots: Boots, supplies: Supplies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Race]:
    """Races three scenarios on one kernel whose boots follow scripts."""

    def run(*scripts: str, wanted: int = 2000, seconds: float = 60, on_xfs: str = "") -> Raced:
        stress.follow(boots, scripts)
        deadline, asked = Deadline.after(seconds), experiment_of(wanted, on_xfs)
        return race_all(asked, [subject(boots.folder)], GuestSpec(cpus=2), tmp_path / "guests", deadline, "tcg")

    with stress.stress_guests(tmp_path, supplies, monkeypatch):
        yield run


def found(done: Raced) -> dict[str, dict[Kind, int]]:
    return {each.scenario: each.failures for each in done.results}


def test_one_guest_races_every_scenario(race: Race, boots: Boots) -> None:
    done = race(boot(*raced(*NAMES, sigbus=3), bye()))
    assert found(done) == {name: {Kind.SIGBUS: 3} for name in NAMES}
    assert boots.count() == 1
    assert {"races 2000", "cpus 2", "seed 1"} <= set(boots.job(0))


def test_progress_counts_scenarios_and_the_races_of_the_one_under_way(
    race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[float, str]] = []
    monkeypatch.setattr(Progress, "update", lambda _self, done, note="": told.append((done, note)))
    half = [begin("two"), line("alive", races=1000, asked=2000)]
    race(boot(*raced("one"), *half, *raced("two", "three")[1:], bye()))
    assert (1.5, "stock, two") in told
    assert [done for done, _note in told] == sorted(done for done, _note in told)
    assert told[-1][0] == 3


def test_the_time_of_a_scenario_stands_in_the_job(race: Race, boots: Boots) -> None:
    race(boot(*raced(*NAMES), bye()))
    assert "seconds 10" in boots.job(0)


def test_no_races_are_run_where_none_are_wanted(race: Race, boots: Boots) -> None:
    assert race(wanted=0) == Raced()
    assert boots.count() == 0


def test_a_panic_fails_the_scenario_under_way_and_a_fresh_guest_races_the_rest(race: Race, boots: Boots) -> None:
    done = race(boot(*raced("one"), begin("two"), last=OOPS), boot(*raced("three"), bye()))
    assert found(done) == {"one": {}, "two": {Kind.OOPS: 1}, "three": {}}
    assert "kernel BUG at fs/dax.c:415!" in done.results[1].examples[0]
    assert [text.split()[1] for text in boots.job(1) if text.startswith("scenario")] == ["name=three"]


def test_a_soft_lockup_is_a_hang(race: Race) -> None:
    lockup = "console watchdog: BUG: soft lockup - CPU#1 stuck for 61s!\nforever\n"
    assert found(race(boot(*raced("one", "two"), begin("three"), last=lockup)))["three"] == {Kind.HANG: 1}


def test_a_broken_racer_breaks_what_is_left_and_nothing_else(race: Race) -> None:
    broken = line("broken", why="cannot run on CPU 1", errno=22, error="Invalid argument")
    one, two, three = race(boot(*raced("one"), begin("two"), broken)).results
    assert not one.broken
    assert "cannot run on CPU 1" in two.broken
    assert "cannot run on CPU 1" in three.broken
    assert (two.races, two.failures) == (0, {})


def test_where_the_lab_breaks_on_one_file_system_the_scenarios_of_the_other_are_still_raced(
    race: Race, boots: Boots
) -> None:
    broken = line("broken", why="cannot run on CPU 1", errno=22, error="Invalid argument")
    one, two, three = race(boot(begin("one"), broken), boot(*raced("two"), bye()), on_xfs="two").results
    assert one.broken
    assert three.broken
    assert (two.broken, two.races) == ("", 2048)
    jobs = [[text.split()[1] for text in boots.job(number) if text.startswith("scenario")] for number in (0, 1)]
    assert jobs == [["name=one", "name=three"], ["name=two"]]


def test_kernel_messages_of_all_guests_are_kept_with_their_scenarios(race: Race) -> None:
    message = line("k", l=4, us=1000000, m="EXT4-fs error")
    done = race(boot(begin("one"), message, last=OOPS), boot(*raced("two", "three"), message, bye()))
    kept = ["[    1.000000] EXT4-fs error"]
    assert [lines for _subject, lines in done.logs] == [{"one": kept, "three": kept}]


def test_a_lost_connection_is_no_verdict_and_what_was_not_told_is_raced_again(race: Race, boots: Boots) -> None:
    lost = boot(*raced("one"), begin("two"), last=stress.LOST + "forever\n")
    done = race(lost, boot(*raced("two", "three", sigbus=1), bye()))
    assert found(done) == {"one": {}, "two": {Kind.SIGBUS: 1}, "three": {Kind.SIGBUS: 1}}
    assert not any(each.broken for each in done.results)
    assert [text.split()[1] for text in boots.job(1) if text.startswith("scenario")] == ["name=two", "name=three"]


def test_a_connection_lost_again_and_again_is_the_labs_fault(race: Race, boots: Boots) -> None:
    done = race(*[boot(begin("one"), last=stress.LOST + "forever\n")] * 3, seconds=90)
    assert boots.count() == 3
    assert all("connection to the guest is lost" in each.broken and not each.failures for each in done.results)


def test_a_panic_under_a_lost_record_is_booked_to_the_scenario_that_the_console_names(race: Race) -> None:
    words = "console [ 1.0] lab: racing two\n" + OOPS
    assert found(race(boot(*raced("one"), last=words), boot(*raced("three"), bye())))["two"] == {Kind.OOPS: 1}


def test_the_whole_kernel_log_is_collected(race: Race, tmp_path: Path) -> None:
    race(boot(*raced(*NAMES), bye()))
    assert (tmp_path / "guests" / "stock-stress" / "guest-0" / "dmesg").read_bytes() == stress.DMESG


def test_qemus_death_is_the_labs_fault_not_the_kernels(race: Race) -> None:
    done = race(boot(*raced("one"), begin("two"), last="stderr out of memory\nexit 1\n"), boot(*raced("three"), bye()))
    assert all(not each.failures for each in done.results)
    assert "QEMU ended with status 1" in next(each.broken for each in done.results if each.scenario == "two")


def test_a_guest_that_the_host_does_not_let_run_is_no_failure_of_the_kernel(
    race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "STARVED", 12.0)  # twice what a guest may be silent for here, and more
    stopped = f"signal {signal.SIGSTOP.value}\nforever\n"
    one, two, three = race(boot(*raced("one"), begin("two"), last=stopped)).results
    assert (one.broken, one.races) == ("", 2048)
    for each in (two, three):
        assert not each.failures
        assert "(starved): the host did not let the guest run" in each.broken


def test_the_budgets_end_is_no_failure_of_the_scenario_under_way(race: Race) -> None:
    done = race(boot(*raced("one"), begin("two"), last="forever\n"), seconds=1.0)
    assert found(done).get("two", {}) == {}


def test_a_guest_that_does_not_boot_makes_every_scenario_broken(race: Race) -> None:
    done = race(boot(last="console lab: broken: no DAX here\nconsole reboot: Power down\n"))
    assert ["no DAX here" in each.broken for each in done.results] == [True] * 3


@pytest.mark.parametrize(("status", "signal"), [(1, 0), (-1, 9)])
def test_behind_a_scenario_that_hangs_or_is_killed_the_others_are_still_raced(
    race: Race, status: int, signal: int
) -> None:
    totals = line("stress", name="one", races=64, cpus=2, seconds=20.0, failures={"hang": 1})
    first = [begin("one"), *([totals] if status == 1 else [])]
    ended = line("done", name="one", status=status, signal=signal)
    done = race(boot(*first, ended, bye()), boot(*raced("two", "three"), bye()))
    assert list(found(done)) == list(NAMES)
