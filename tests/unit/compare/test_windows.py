# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.compare.lines import LineMap
from harness.compare.seen import Seen
from harness.compare.windows import WindowChange, counted, window_changes
from harness.sweep.records import Kind, Violation
from tests.fakes import compared
from tests.fakes.results import DAX, FAKES, POINTS, Judge, coverage

FSYNC = FAKES[2]  # its actor A fails at points 23 and 24, in dax_writeback_one
OLD = "".join(f"line {number}\n" for number in range(1, 2100))
NEW = "one more\ntwo more\n" + OLD


def failing_at(low: int, high: int, kind: Kind = Kind.NOT_DURABLE) -> Judge:
    places = {(point.function, point.offset) for point in POINTS[low : high + 1]}
    return lambda schedule: tuple(
        Violation(kind, "lost") for stop in schedule.stops if stop.actor == 0 and (stop.function, stop.offset) in places
    )


def changes(before: Seen, after: Seen) -> tuple[WindowChange, ...]:
    return window_changes("fsync-write", before, after, LineMap(before.sources, after.sources))


def kernel(label: str, low: int, high: int, kind: Kind = Kind.NOT_DURABLE) -> Seen:
    return compared.kernel(label, {"fsync-write": failing_at(low, high, kind)})


def test_a_window_that_is_where_it_was_stayed() -> None:
    (only,) = changes(kernel("old", 23, 24), kernel("new", 23, 24))
    assert (only.change, only.before, only.width_before) == ("stayed", only.after, only.width_after)
    assert only.functions == ("dax_writeback_one",)


def test_a_window_whose_lines_were_only_pushed_down_stayed() -> None:
    judges = {"fsync-write": failing_at(23, 24)}
    before = compared.kernel("old", judges, sources={DAX: OLD})
    after = compared.kernel("new", judges, compared.shifted(POINTS, 2), {DAX: NEW})
    (only,) = changes(before, after)
    assert only.change == "stayed"
    assert (only.before[:13], only.after[:13]) == ("fs/dax.c:917 ", "fs/dax.c:919 ")


def test_without_the_sources_such_a_window_is_matched_by_its_function_and_moved() -> None:
    judges = {"fsync-write": failing_at(23, 24)}
    before, after = compared.kernel("old", judges), compared.kernel("new", judges, compared.shifted(POINTS, 2))
    lines = LineMap(before.sources, after.sources)
    (only,) = window_changes("fsync-write", before, after, lines)
    assert only.change == "moved"
    assert lines.blind == {DAX}


def test_a_window_that_became_narrower_moved() -> None:
    (only,) = changes(kernel("old", 23, 24), kernel("new", 24, 24))
    assert (only.change, only.width_before, only.width_after) == ("moved", 2, 1)


def test_a_window_that_was_split_is_held_by_both_halves_and_neither_is_new() -> None:
    halves: Judge = lambda schedule: failing_at(22, 22)(schedule) + failing_at(24, 24)(schedule)  # noqa: E731
    found = changes(kernel("old", 22, 24), compared.kernel("new", {"fsync-write": halves}))
    assert counted(found) == {"moved": 2}


def test_a_window_is_closed_where_its_lines_were_stopped_at_and_passed() -> None:
    (only,) = changes(kernel("old", 23, 24), compared.kernel("new"))
    assert (only.change, only.after, only.kinds) == ("closed", "", (Kind.NOT_DURABLE,))


def test_a_window_whose_code_was_not_stopped_at_is_not_reached() -> None:
    after = compared.kernel("new")
    result = after.result("fsync-write")
    assert result
    unseen = replace(result, coverage=coverage(("read-fault",)))
    (only,) = changes(kernel("old", 23, 24), compared.with_result(after, unseen))
    assert only.change == "not reached"


def test_a_window_whose_function_is_gone_was_removed() -> None:
    after = compared.kernel("new", points=POINTS[:22])
    (only,) = changes(kernel("old", 23, 24), after)
    assert only.change == "removed"


def test_a_window_of_another_kind_is_a_new_one_and_the_old_one_closed() -> None:
    found = changes(kernel("old", 23, 24), kernel("new", 23, 24, Kind.WARN))
    assert counted(found) == {"closed": 1, "opened": 1}
    assert next(each for each in found if each.change == "opened").kinds == (Kind.WARN,)


def test_a_window_where_nothing_failed_was_opened() -> None:
    (only,) = changes(compared.kernel("old"), kernel("new", 23, 24))
    assert (only.change, only.before, only.width_after) == ("opened", "", 2)


def test_windows_beyond_the_bound_of_either_kernel_are_left_out() -> None:
    judge = FAKES[0].judge
    before = compared.kernel("old", {"write-read-hole": judge})
    after = compared.kernel("new", {"write-read-hole": judge})
    result = after.result("write-read-hole")
    assert result
    one_stop = compared.with_result(after, replace(result, bound=1))
    found = window_changes("write-read-hole", before, one_stop, LineMap({}, {}))
    assert {each.bound for each in found} == {1}
    assert 2 in {each.bound for each in window_changes("write-read-hole", before, after, LineMap({}, {}))}


def test_a_scenario_that_one_kernel_was_not_swept_in_has_no_windows_to_compare() -> None:
    assert window_changes("nowhere", compared.kernel("old"), compared.kernel("new"), LineMap({}, {})) == ()
