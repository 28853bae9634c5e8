# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace
from typing import Any

import pytest

from harness.report import facts
from harness.report.data import ROWS_A_RUN, packed, run_data, scenario_data, unpacked
from harness.report.source_map import source_map
from harness.sweep.records import Schedule
from tests.fakes import results as fakes

ALL = 10**9


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    run = fakes.run()
    return dict(unpacked(packed(scenario_data(run, run.plan.scenarios[0], source_map(run), ALL, ALL))))


def schedules(data: dict[str, Any], kernel: dict[str, Any], flat: list[int]) -> list[str]:
    """What the script reads out of a flat list."""
    found, at = [], 0
    while at < len(flat):
        order, stops, at = flat[at], flat[at + 1], at + 2
        words = ["".join("ABCD"[int(digit)] for digit in base4(order)[1:])]
        for _ in range(stops):
            actor, place, visit = flat[at : at + 3]
            text, offset = kernel["places"][place][:2]
            words.append(f"{'ABCD'[actor]}@{data['texts'][text]}+{offset:#x}#{abs(visit)}{'^' * (visit < 0)}")
            at += 3
        found.append(" ".join(words))
    return found


def base4(number: int) -> str:
    return base4(number // 4) + str(number % 4) if number else ""


def test_every_schedule_that_failed_or_passed_is_in_it(data: dict[str, Any]) -> None:
    run = fakes.run()
    for kernel, name in zip(data["kernels"], (fakes.BROKEN, fakes.STOCK), strict=True):
        result = run.result(fakes.FAKES[0].plan.name, name)
        assert result
        failed = [schedules(data, kernel, each[0])[0] for each in kernel["fail"]]
        assert sorted(failed) == sorted(str(each.schedule) for each in result.outcomes)
        assert schedules(data, kernel, kernel["pass"]) == list(result.passing)
        assert kernel["left_out"] == [0, 0]


def test_few_stops_come_first(data: dict[str, Any]) -> None:
    stops = [each[0][1] for each in data["kernels"][0]["fail"]]
    assert stops == sorted(stops) and stops[0] == 1 and stops[-1] == 2


def test_a_diagram_comes_out_as_it_was_drawn(data: dict[str, Any]) -> None:
    run = fakes.run()
    result = run.result(fakes.FAKES[0].plan.name, fakes.BROKEN)
    assert result
    kernel = data["kernels"][0]
    flat, _, told, parts = kernel["fail"][-1]
    outcome = next(each for each in result.outcomes if str(each.schedule) == schedules(data, kernel, flat)[0])
    drawn = facts.diagram(run, result, outcome, ROWS_A_RUN)
    rows = [data["rows"][number] for part in parts for number in data["parts"][part]]
    assert [
        (row[0], data["row_kinds"][row[1]], row[2], data["texts"][row[3]], data["texts"][row[5]]) for row in rows
    ] == [(row.actor, row.kind, row.depth, row.text, row.source) for row in drawn.rows]
    assert data["texts"][told[0]] == f"{outcome.violations[0].kind}: {outcome.violations[0].detail}"


def test_what_schedules_share_is_told_once(data: dict[str, Any]) -> None:
    used = [part for each in data["kernels"][0]["fail"] for part in each[3]]
    assert len(data["parts"]) < len(used) / 4


def test_what_is_left_out_is_counted() -> None:
    run = fakes.run()
    result = run.result(fakes.FAKES[0].plan.name, fakes.BROKEN)
    assert result
    kernel = scenario_data(run, run.plan.scenarios[0], source_map(run), 3, 5)["kernels"][0]
    assert kernel["left_out"] == [len(result.outcomes) - 3, len(result.passing) - 5]
    assert len(kernel["fail"]) == 3


def test_stops_know_their_source_row(data: dict[str, Any]) -> None:
    run = fakes.run()
    shared = unpacked(packed(run_data(run, source_map(run))))
    kernel = data["kernels"][0]
    place = next(each for each in kernel["places"] if data["texts"][each[0]] == "dax_insert_entry" and each[1] == 0x57)
    file, function, text, *lines = shared["rows"][place[2]]
    assert (shared["texts"][file], shared["texts"][function], lines) == (fakes.DAX, "dax_insert_entry", [889, 889])
    assert shared["texts"][text] == fakes.SOURCE[889]


def test_the_window_map_names_rows_actors_and_marks(data: dict[str, Any]) -> None:
    run = fakes.run()
    shared = run_data(run, source_map(run))
    found = {shared["rows"][row][3]: (actors, others) for row, actors, others in data["kernels"][0]["map"]}
    assert found[889] == ([[0, 1, 0, 0], [1, 1, 0, 0]], [])
    assert [(shared["marks"][mark], number) for mark, number in found[866][1]] == [("atomic", 1)]


def test_hostile_text_is_harmless_and_a_block_cannot_be_left() -> None:
    run = fakes.run()
    result = run.results[0]
    bad = replace(result.outcomes[0], violations=(replace(result.outcomes[0].violations[0], detail=fakes.HOSTILE),))
    run = replace(run, results=(replace(result, outcomes=(bad,)), *run.results[1:]))
    block = packed(scenario_data(run, run.plan.scenarios[0], source_map(run), ALL, ALL))
    assert "<" not in block and block.isascii()
    texts = "".join(unpacked(block)["texts"])
    assert "<script>alert('dmesg')</script>" in texts and not any(each in texts for each in "\x1b\x00\u202e\udcff")


def test_four_actors_in_any_order_come_back() -> None:
    run = fakes.run()
    order = "DBAC"
    result = replace(run.results[0], outcomes=(), passing=(order, f"{order} D@f+0x1#2^"))
    data = scenario_data(replace(run, results=(result,)), run.plan.scenarios[0], source_map(run), ALL, ALL)
    assert schedules(data, data["kernels"][0], data["kernels"][0]["pass"]) == list(result.passing)
    assert str(Schedule.parse(result.passing[1])) == result.passing[1]
