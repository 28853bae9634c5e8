# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.engine.stresser import StressLedger
from harness.errors import LabBroke
from harness.sweep.records import Kind, StressResult
from tests.fakes.records import begin, line, scenario

NAME = "read-write-hole"


def ledger_of(*lines: str) -> StressLedger:
    ledger = StressLedger("stock", [scenario(NAME), scenario("two")], 2)
    for each in lines:
        ledger.take(each)
    return ledger


def totals(name: str = NAME, **failures: int) -> str:
    return line("stress", name=name, races=2048, cpus=2, seconds=0.5, failures=failures)


def ended(name: str = NAME, status: int = 0, signal: int = 0) -> str:
    return line("done", name=name, status=status, signal=signal)


def test_totals_become_a_result_with_its_examples() -> None:
    example = line("example", race=7, detail="A: read-fault got SIGBUS, si_code 2, 1 times")
    ledger = ledger_of(begin(), example, totals(sigbus=529), ended(), begin("two"), totals("two"), ended("two"))
    examples = ("race 7: A: read-fault got SIGBUS, si_code 2, 1 times",)
    assert ledger.results == {
        NAME: StressResult(NAME, "stock", 2, 2048, {Kind.SIGBUS: 529}, 0.5, examples),
        "two": StressResult("two", "stock", 2, 2048, {}, 0.5),
    }


def test_only_the_last_record_says_that_the_job_is_finished() -> None:
    assert not ledger_of(begin(), totals(), ended()).finished
    assert ledger_of(begin(), totals(), ended(), line("bye", missed=0)).finished


def test_a_crash_is_one_race_that_failed() -> None:
    ledger = ledger_of(begin())
    ledger.crash(Kind.OOPS, "kernel BUG at fs/dax.c:415!")
    assert ledger.results[NAME] == StressResult(
        NAME, "stock", 2, 1, {Kind.OOPS: 1}, 0.0, ("kernel BUG at fs/dax.c:415!",), failed=1
    )


def test_a_crash_behind_races_that_were_told_of_is_one_of_them() -> None:
    ledger = ledger_of(begin(), line("alive", races=500, asked=2000))
    ledger.crash(Kind.OOPS, "kernel BUG")
    result = ledger.results[NAME]
    assert (result.races, result.asked, result.failures) == (501, 2000, {Kind.OOPS: 1})


def test_a_scenario_under_way_counts_by_its_races() -> None:
    ledger = ledger_of(begin())
    assert ledger.done == 0
    ledger.take(line("alive", races=500, asked=2000))
    assert ledger.done == 0.25
    ledger.take(totals())
    assert ledger.done == 1
    ledger.take(begin("two"))
    assert ledger.done == 1


def test_a_crash_does_not_replace_what_a_scenario_has_said_itself() -> None:
    ledger = ledger_of(begin(), totals())
    ledger.crash(Kind.OOPS, "kernel BUG")
    assert ledger.results[NAME].races == 2048


def test_a_crash_behind_a_scenarios_totals_counts_on_top_of_them() -> None:
    ledger = ledger_of(begin(), totals(sigbus=2))
    ledger.crash(Kind.OOPS, "kernel BUG at the end of its process")
    assert ledger.results[NAME].failures == {Kind.SIGBUS: 2, Kind.OOPS: 1}
    assert ledger.results[NAME].examples == ("kernel BUG at the end of its process",)


def test_the_console_knows_the_scenario_whose_record_a_dead_kernel_could_not_send() -> None:
    ledger = ledger_of(begin(), totals(), ended())
    ledger.under_way(f"[ 1.0] lab: racing {NAME}\n[ 2.0] lab: racing two\n[ 2.1] kernel BUG\n")
    ledger.crash(Kind.OOPS, "kernel BUG")
    assert ledger.results["two"].failures == {Kind.OOPS: 1}
    assert not ledger.results[NAME].failures


def test_a_name_on_the_console_that_is_no_scenario_changes_nothing() -> None:
    ledger = ledger_of(begin())
    ledger.under_way("lab: racing nowhere\n")
    assert ledger.now == NAME


def test_a_check_that_was_not_made_is_told_with_the_result() -> None:
    ledger = ledger_of(begin(missing="dirty-tags.ko is not loaded"), totals(), begin("two"), totals("two"))
    assert [ledger.results[name].unchecked for name in (NAME, "two")] == ["dirty-tags.ko is not loaded", ""]


def test_a_crash_before_any_scenario_is_nobodys() -> None:
    ledger = ledger_of()
    ledger.crash(Kind.OOPS, "kernel BUG")
    assert ledger.results == {}


def test_actors_killed_for_want_of_memory_are_a_failure_of_that_kind() -> None:
    assert ledger_of(begin(), ended(status=-1, signal=9)).results[NAME].failures == {Kind.OOM: 1}


@pytest.mark.parametrize(("status", "signal", "how"), [(5, 0, "status 5"), (-1, 11, "signal 11")])
def test_a_process_that_ends_without_a_result_is_no_result_and_says_how(status: int, signal: int, how: str) -> None:
    ledger = ledger_of(begin(), ended(status=status, signal=signal))
    assert (ledger.results, ledger.gone) == ({}, f"the actors' process ended by {how}")
    ledger.begin_guest()
    assert ledger.gone == ""


def test_a_broken_racer_is_told_with_its_reason() -> None:
    broken = line("broken", why="cannot run on CPU 1", errno=22, error="Invalid argument")
    with pytest.raises(LabBroke, match=r"cannot run on CPU 1 \(Invalid argument\)"):
        ledger_of(begin(), broken)


@pytest.mark.parametrize("text", ["", "hello", "[]", '{"x":1}', line("weather")])
def test_a_line_that_is_no_record_is_shown(text: str) -> None:
    with pytest.raises(LabBroke, match="a record that is none"):
        ledger_of(text)


def test_kernel_messages_are_kept_with_their_scenario_in_the_form_of_dmesg() -> None:
    message = line("k", l=4, us=61000000, m="EXT4-fs error")
    kept = ["[   61.000000] EXT4-fs error"]
    assert ledger_of(message, begin(), message, message).log == {"": kept, NAME: kept * 2}


def test_a_scenario_that_cannot_be_run_is_broken_with_its_reason_and_not_asked_for_again() -> None:
    ledger = ledger_of(line("scenario", name=NAME, missing="the file system has no MAP_SYNC"), ended())
    assert ledger.results[NAME].broken == "the file system has no MAP_SYNC"
    assert (ledger.results[NAME].races, ledger.results[NAME].failures) == (0, {})
