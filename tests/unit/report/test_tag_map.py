# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.report.tag_map import STATES, TagRow, tag_map
from harness.sweep.records import Kind, Outcome, SweepResult, Violation
from tests.fakes import results as fakes

CLEAN = (
    "-: index 2: a shared mapping is writable, its entry is not tagged dirty "
    "(entry 0x1 order 9 pfn 0x107a00, mapping 0x31f pfn 0x107a00; 1 in all)"
)
NO_ENTRY = (
    "-: index 0: a page of the file is mapped where there is no entry "
    "(entry 0x19 order 0 pfn 0, mapping 0x219 pfn 0x3200; 1 in all)"
)
LOCKED = (
    "-: index 0: an entry is locked though nobody is at work (entry 0x3 order 0 pfn 0x12, mapping 0 pfn 0; 2 in all)"
)


def objected(*details: tuple[str, ...]) -> SweepResult:
    """A sweep whose failing schedules got these sentences from the tag check."""
    result = fakes.swept(fakes.FAKES[0], fakes.BROKEN, fakes.FAKES[0].judge)
    outcomes = [
        replace(outcome, violations=tuple(Violation(Kind.TAGS, each) for each in said))
        for outcome, said in zip(result.outcomes, details, strict=False)
    ]
    return replace(result, outcomes=tuple(outcomes))


def states(row: TagRow) -> dict[str, int]:
    return {cell.state: cell.times for cell in row.cells if cell.times}


def test_a_row_has_the_states_of_entry_and_mapping_and_rings_what_contradicts() -> None:
    (row,) = tag_map(objected((CLEAN,)))
    assert (row.index, row.order, row.times) == (2, 9, 1)
    assert states(row) == {"entry": 1, "mapped": 1, "writable": 1, "pte dirty": 1, "huge": 1, "shared": 1}
    assert [cell.state for cell in row.cells if cell.odd] == ["dirty", "writable"]
    assert [cell.state for cell in row.cells] == list(STATES)


def test_a_schedule_that_was_checked_twice_counts_once() -> None:
    (row,) = tag_map(objected((CLEAN, CLEAN), (CLEAN,)))
    assert row.times == 2 and states(row)["writable"] == 2


def test_rows_are_apart_by_index_and_rule_and_name_their_first_schedule() -> None:
    result = objected((CLEAN,), (NO_ENTRY,), (LOCKED,))
    rows = tag_map(result)
    assert [(row.index, row.rule.split()[0]) for row in rows] == [(0, "a"), (0, "an"), (2, "a")]
    assert rows[0].schedule == str(result.outcomes[1].schedule)
    assert states(rows[1]) == {"entry": 1, "locked": 1}


def test_the_map_is_bounded_and_empty_without_objections() -> None:
    many = [(CLEAN.replace("index 2", f"index {number}"),) for number in range(9)]
    assert len(tag_map(objected(*many), 4)) == 4
    assert tag_map(fakes.swept(fakes.FAKES[0], fakes.STOCK)) == ()


def test_sentences_of_other_checks_and_garbled_ones_are_passed_by() -> None:
    result = objected((CLEAN[:40],))
    other = Outcome(result.outcomes[0].schedule, (), (Violation(Kind.MISMATCH, CLEAN),))
    assert tag_map(replace(result, outcomes=(*result.outcomes, other))) == ()
