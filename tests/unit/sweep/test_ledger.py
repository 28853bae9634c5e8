# SPDX-License-Identifier: GPL-2.0-only
import hashlib
import json
from collections.abc import Iterable

import pytest

from harness.errors import LabBroke
from harness.sweep.ledger import HUNG, Ledger
from harness.sweep.records import Kind, Schedule, Stop, Violation
from tests.fakes.records import POINTS, begin, bye, done, end, failed, line, passed, scenario, start, whole

NAME = "read-write-hole"
SIGBUS = ("sigbus", "A: read-fault got SIGBUS, si_code 2, 1 times")


def ledger_of(*names: str) -> Ledger:
    ledger = Ledger("stock", POINTS, [scenario(name) for name in names or (NAME,)], hex)
    ledger.begin_guest()
    return ledger


def told(ledger: Ledger, lines: Iterable[str]) -> Ledger:
    for each in lines:
        ledger.take(each)
    return ledger


def test_a_whole_scenario_is_closed_and_complete_and_counted_by_stops() -> None:
    ledger = told(ledger_of(), [*start(), *whole(), bye()])
    result = ledger.result(NAME)
    assert ledger.open_accounts() == []
    assert (result.scenario, result.kernel, result.bound) == (NAME, "stock", 1)
    assert result.complete
    assert not result.broken
    assert (result.schedules, result.failing, result.outcomes) == ({0: 2, 1: 2}, {}, ())
    assert (result.orders, result.points) == (((0, 1), (1, 0)), 4)
    assert result.coverage.stopped == frozenset(range(4))


def test_failing_schedules_become_outcomes_in_the_order_run_and_the_others_are_listed_by_name() -> None:
    rows = [passed("AB"), failed("AB A1#1", SIGBUS), passed("AB A2#1"), failed("AB A3#1", ("mismatch", "B: x"))]
    result = told(ledger_of(), [*start(), begin(), *rows, end(), done()]).result(NAME)
    assert [outcome.violations[0].kind for outcome in result.outcomes] == [Kind.SIGBUS, Kind.MISMATCH]
    assert result.failing == {1: 2}
    assert result.passing == ("AB", "AB A@dax_insert_entry+0x0#1")


def test_a_passing_row_with_a_trace_still_passes() -> None:
    result = told(ledger_of(), [*start(), begin(), failed("AB"), end(), done()]).result(NAME)
    assert (result.failing, result.passing) == ({}, ("AB",))


def test_the_digest_is_over_the_rows_as_they_came() -> None:
    rows = [passed("AB"), failed("BA", SIGBUS)]
    result = told(ledger_of(), [*start(), begin(), *rows, end(), done()]).result(NAME)
    assert result.digest == hashlib.sha256("\n".join(rows).encode()).hexdigest()


def digest_of(words: str) -> str:
    rows = [failed("AB", ("tags", words))]
    return told(ledger_of(), [*start(), begin(), *rows, end(), done()]).result(NAME).digest


def test_where_pages_lie_is_no_matter_to_the_digest_but_whether_they_are_the_same_one() -> None:
    wrong = "index 3: wrong-pfn (entry 0x1 order 0 pfn 0x7{}, mapping 0x3 pfn 0x7{}; 1 in all)"
    assert digest_of(wrong.format("01", "02")) == digest_of(wrong.format("0f", "0c"))
    assert digest_of(wrong.format("01", "02")) != digest_of(wrong.format("01", "01"))
    assert digest_of(wrong.format("01", "02")) != digest_of(wrong.replace("pfn 0x7{},", "pfn 0,").format("02"))


def test_the_number_of_the_process_that_warned_or_was_killed_is_no_matter_to_the_digest_but_where_it_did_is() -> None:
    warned = "WARNING: CPU: 0 PID: {} at fs/dax.c:{} dax_insert_entry+0x11c/0x2bf"
    assert digest_of(warned.format(46, 896)) == digest_of(warned.format(49, 896))
    assert digest_of(warned.format(46, 896)) != digest_of(warned.format(46, 897))
    killed = "Out of memory: Kill process {} (racer) score 995 or sacrifice child"
    assert digest_of(killed.format(47)) == digest_of(killed.format(54))


def test_each_scenario_has_its_own_account() -> None:
    ledger = told(ledger_of("one", "two", "three"), [*start(), *whole("one"), begin("two"), passed("AB")])
    assert [each.name for each in ledger.open_accounts()] == ["two", "three"]
    assert [sum(ledger.result(name).schedules.values()) for name in ("one", "two", "three")] == [4, 1, 0]
    assert not ledger.result("two").complete


def test_refused_points_are_named_by_errno_and_not_counted_as_points() -> None:
    result = told(ledger_of(), [*start(refused=[(1, -22), (3, -12345)]), begin(), end("3030"), done()]).result(NAME)
    assert result.coverage.refused == {1: "EINVAL", 3: "-12345"}
    assert result.points == 2


def test_a_hang_leaves_the_account_open_and_says_where_the_guest_stopped() -> None:
    rows = [passed("AB"), failed("AB A1#1", ("hang", "B: blocked for ever"))]
    ledger = told(ledger_of(), [*start(), begin(), *rows, end(complete=False), done(status=HUNG, now="AB A1#1")])
    assert ledger.stopped_at == "AB A1#1"
    assert [each.name for each in ledger.open_accounts()] == [NAME]
    assert len(ledger.accounts[NAME].rows) == 2, "the hang's own row came from the guest"


def test_a_second_guest_completes_what_a_first_left_and_their_coverage_adds_up() -> None:
    first = [*start(), begin(), passed("AB"), end("3200", complete=False), done(status=HUNG, now="AB")]
    ledger = told(ledger_of(), first)
    ledger.begin_guest()
    assert (ledger.stopped_at, ledger.current, ledger.proven) == ("", None, False)
    result = told(ledger, [*start(), begin(), passed("BA"), end("0130"), done(), bye()]).result(NAME)
    assert result.complete
    assert (result.coverage.stopped, result.coverage.never) == (frozenset({0, 1, 2}), frozenset({3}))


@pytest.mark.parametrize(("status", "signal", "kind", "how"), [
    (-1, 9, Kind.OOM, "signal 9"), (-1, 11, Kind.ERROR, "signal 11"), (5, 0, Kind.ERROR, "status 5"),
])  # fmt: skip
def test_a_process_that_died_is_an_outcome_of_the_schedule_under_way(
    status: int, signal: int, kind: Kind, how: str
) -> None:
    lines = [*start(), begin(), passed("AB"), done(status=status, signal=signal, now="AB A2#1")]
    ledger = told(ledger_of(), lines)
    (outcome,) = ledger.result(NAME).outcomes
    assert outcome.schedule == Schedule((0, 1), (Stop(0, "dax_insert_entry", 0x0, 1),))
    assert outcome.violations == (Violation(kind, f"the actors' process ended by {how}"),)
    assert ledger.stopped_at == "AB A2#1"
    assert not ledger.result(NAME).complete


def pruned(left: int, sampled: int = 0) -> str:
    return line("pruned", pruned=left, sampled=sampled)


def test_what_a_dead_guest_pruned_counts_up_to_its_last_row_and_the_next_goes_on_from_there() -> None:
    ledger = ledger_of(NAME)
    told(ledger, [*start(), begin(), passed("AB"), pruned(3, 1), passed("AB A1#1"), pruned(5, 1)])
    ledger.add_crash(NAME, "AB A2#1", Kind.OOPS, "panic")
    ledger.begin_guest(flush=1)
    assert (ledger.result(NAME).pruned, ledger.result(NAME).sampled) == (3, 1)
    told(ledger, [*start(), begin(), pruned(2), passed("AB A1#2"), pruned(4, 1)])
    ledger.add_crash(NAME, "AB A2#1", Kind.OOPS, "panic")
    assert ledger.result(NAME).pruned == 7, "all that came before the schedule that is booked"
    ledger.begin_guest(flush=1)
    told(ledger, [*start(), begin(), passed("BA"), line("end", complete=True, run=[], failed=[], pruned=6, sampled=2,
                                                        cover="3333", why="0000"), done(), bye()])  # fmt: skip
    result = ledger.result(NAME)
    assert (result.pruned, result.sampled, result.complete) == (13, 4, True)


def test_rows_that_are_forgotten_take_what_was_pruned_with_them() -> None:
    ledger = ledger_of(NAME)
    told(ledger, [*start(), begin(), pruned(3), passed("AB")])
    ledger.accounts[NAME].begin_again()
    assert ledger.result(NAME).pruned == 0


def test_the_points_of_a_crashed_guests_schedules_are_stopped_at_without_its_digits() -> None:
    first = [*start(), begin(), passed("AB A1#1"), passed("AB A2#1 B1#2"), done(status=-1, signal=9, now="AB A3#1")]
    ledger = told(ledger_of(), first)
    ledger.begin_guest()
    result = told(ledger, [*start(), begin(), end("1000"), done()]).result(NAME)
    assert result.coverage.stopped == frozenset({0, 1, 2, 3})


def test_a_schedule_that_the_lab_gave_up_on_is_neither_passed_nor_failed() -> None:
    given_up = failed("AB A1#1", to=1)
    result = told(ledger_of(), [*start(), begin(), passed("AB"), given_up, end(), done()]).result(NAME)
    assert (result.timed_out, result.failing, result.passing) == (1, {}, ("AB",))


def test_a_trace_that_was_cut_makes_the_sweep_incomplete() -> None:
    cut = passed("AB A1#1").replace('"w"', '"cut":1,"w"')
    assert not told(ledger_of(), [*start(), begin(), passed("AB"), cut, end(), done()]).result(NAME).complete


def test_where_the_lab_is_at_fault_all_that_the_guest_said_and_all_that_is_open_is_broken() -> None:
    ledger = told(ledger_of("one", "two", "three"), [*start(), *whole("one")])
    ledger.begin_guest()
    told(ledger, [*start(), *whole("two")])
    ledger.break_guest("7 probe hits were missed")
    assert [ledger.result(name).broken for name in ("one", "two", "three")] == ["", *["7 probe hits were missed"] * 2]


def test_a_crash_without_a_schedule_is_booked_to_none() -> None:
    ledger = told(ledger_of(), [*start(), begin(), passed("AB")])
    ledger.add_crash(NAME, "", Kind.OOPS, "BUG: unable to handle page fault")
    assert (ledger.stopped_at, ledger.result(NAME).outcomes) == ("", ())


def test_a_crash_before_any_scenario_is_booked_to_none() -> None:
    ledger = told(ledger_of(), start())
    ledger.add_crash(NAME, "AB", Kind.OOPS, "BUG: unable to handle page fault")
    assert ledger.stopped_at == ""


def test_a_crash_is_an_outcome_of_its_schedule() -> None:
    ledger = told(ledger_of(), [*start(), begin(), passed("AB")])
    ledger.add_crash(NAME, "BA B1#1", Kind.OOPS, 'kernel BUG at fs/dax.c:415! "so"')
    assert ledger.stopped_at == "", "it is awaited to come again behind rows that were lost"
    (outcome,) = ledger.result(NAME).outcomes
    assert str(outcome.schedule) == "BA B@dax_iomap_fault+0x2c#1"
    assert outcome.violations == (Violation(Kind.OOPS, 'kernel BUG at fs/dax.c:415! "so"'),)


def test_nothing_counts_before_the_canary_is_proven() -> None:
    with pytest.raises(LabBroke, match="without having proven its canary"):
        told(ledger_of(), [start()[0], begin()])


def test_each_guest_must_prove_its_own_canary() -> None:
    ledger = told(ledger_of(), [*start(), begin()])
    ledger.begin_guest()
    with pytest.raises(LabBroke, match="without having proven its canary"):
        ledger.take(begin())


def test_a_canary_that_is_not_ok_proves_nothing() -> None:
    with pytest.raises(LabBroke, match="without having proven its canary"):
        told(ledger_of(), [line("canary", ok=False), begin()])


def test_missed_probes_mean_that_the_lab_broke() -> None:
    with pytest.raises(LabBroke, match="3 probe hits were missed"):
        told(ledger_of(), [*start(), *whole(), bye(missed=3)])


def test_what_the_racer_calls_broken_is_told_with_its_reason() -> None:
    broken = line("broken", why="canary: actor 0 stopped at point 2", errno=22, error="Invalid argument")
    with pytest.raises(LabBroke, match=r"canary: actor 0 stopped at point 2 \(Invalid argument\)"):
        told(ledger_of(), [broken])


def test_a_scenario_that_was_not_what_it_says_is_broken_and_never_passed() -> None:
    why = "it is about pages of 2 MiB, and its file had entries of 4 KiB alone"
    ledger = told(ledger_of(), [*start(), begin(), passed("AB"), line("untested", why=why), end(), done()])
    assert ledger.result(NAME).broken == why
    assert not ledger.result(NAME).whole


def test_an_oracle_that_is_missing_makes_the_scenario_broken() -> None:
    ledger = told(ledger_of(), [*start(), begin(missing="durability.ko"), end(), done()])
    assert ledger.result(NAME).broken == "durability.ko"


def test_a_replay_that_parts_from_its_schedule_is_broken() -> None:
    lines = [*start(), begin(), line("parted", why="not every stop was reached"), end(), done()]
    assert told(ledger_of(), lines).result(NAME).broken == "not every stop was reached"


def test_kernel_messages_are_kept_with_their_scenario_in_the_form_of_dmesg() -> None:
    message = line("k", l=4, us=1234567, m="WARNING: CPU: 0 PID: 61 at fs/dax.c:372")
    ledger = told(ledger_of("one", "two"), [*start(), message, *whole("one"), begin("two"), message])
    assert ledger.accounts["one"].log == []
    assert ledger.accounts["two"].log == ["[    1.234567] WARNING: CPU: 0 PID: 61 at fs/dax.c:372"]


@pytest.mark.parametrize("text", ["", "racer: hello", "{", "[1]", "7", '{"s":"AB"}', '{"t":"s","s":"A'])
def test_a_line_that_is_no_record_is_shown(text: str) -> None:
    with pytest.raises(LabBroke, match="the guest wrote a record that is none"):
        ledger_of().take(text)


def test_a_record_of_a_newer_racer_is_refused_not_ignored() -> None:
    with pytest.raises(LabBroke, match="a record of unknown type 'weather'"):
        ledger_of().take(line("weather"))


def test_a_schedule_outside_of_a_scenario_is_refused() -> None:
    with pytest.raises(LabBroke, match="outside of a scenario"):
        told(ledger_of(), [*start(), passed("AB")])


def test_a_scenario_that_never_ran_has_an_empty_result() -> None:
    result = ledger_of().result(NAME)
    assert (result.schedules, result.orders, result.complete, result.seconds) == ({}, (), False, 0.0)


@pytest.mark.parametrize("text", [
    line("s"), line("s", s="AB"), line("s", s="", b=0), line("s", s="AB", b=0, v=[["sorrow", "?"]]),
    line("s", s="AB", b=0, e=[{"st": 9, "r": 0, "n": 0, "saw": "", "bus": [], "stk": []}]),
    line("done", name=NAME), line("scenario", name="other", missing=""),
])  # fmt: skip
def test_a_record_without_what_its_type_must_have_means_that_the_lab_broke(text: str) -> None:
    with pytest.raises(LabBroke):
        told(ledger_of(), [*start(), begin(), text]).result(NAME)


def test_without_a_guest_that_lived_to_its_end_no_point_is_known_to_be_reached() -> None:
    assert ledger_of().result(NAME).coverage.never == frozenset(range(4))


def test_rows_written_by_the_harness_read_like_those_of_the_racer() -> None:
    ledger = told(ledger_of(), [*start(), begin()])
    ledger.add_crash(NAME, "AB", Kind.HANG, "BUG: soft lockup")
    own, theirs = json.loads(ledger.accounts[NAME].all_rows[0]), json.loads(passed("AB"))
    assert own.keys() - {"v"} == theirs.keys()


def test_a_schedule_that_was_given_up_counts_as_not_tested() -> None:
    rows = [passed("AB"), passed("AB A1#1!"), line("s", s="AB A2#1!", h="", b=0, f=1, w="/", g=1), passed("BA")]
    result = told(ledger_of(), [*start(), begin(), *rows, end("3434", "0201"), done()]).result(NAME)
    assert (result.schedules, result.failing) == ({0: 2, 1: 1}, {})
    assert result.passing == ("AB", "AB A@dax_iomap_fault+0x2c#1!", "BA")
    assert result.given_up == ("AB A@dax_insert_entry+0x0#1!",)
    assert result.within == 1
    assert result.whole


def test_points_in_atomic_sections_stay_atomic_and_say_besides_what_was_tested_there() -> None:
    given_up = [line("s", s=f"AB A{point}#1!", h="", b=0, f=1, w="/", g=1) for point in (1, 3)]
    rows = [passed("AB"), passed("AB A0#1"), *given_up, passed("AB A1#2!")]
    cover = told(ledger_of(), [*start(), begin(), *rows, end("1404", "0202"), done()]).result(NAME).coverage
    assert cover.stopped == {0}
    assert set(cover.atomic) == {1, 3}
    assert (cover.within, cover.given_up) == ({1}, {3})


def test_a_violation_counts_whether_or_not_the_stop_was_given_up() -> None:
    rows = [passed("AB"), failed("AB A1#1!", SIGBUS, g=1)]
    result = told(ledger_of(), [*start(), begin(), *rows, end(), done()]).result(NAME)
    assert (result.failing, result.given_up) == ({1: 1}, ())
    assert result.outcomes[0].given_up
