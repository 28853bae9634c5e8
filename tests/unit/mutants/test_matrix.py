# SPDX-License-Identifier: GPL-2.0-only
"""What counts as a kill, and what a row says of the lab's power."""

from dataclasses import replace

from harness.mutants.matrix import Cell, Raced, Row, beyond, strongest_first
from harness.sweep.records import Kind

SILENT = Cell("fsync-write", 1, {0: 2, 1: 12}, {0: 0, 1: 0}, {}, 0, 0.1, True)
RACE = replace(SILENT, failed={0: 0, 1: 3}, kinds={"tags": 3}, first=7)
PLAIN = replace(SILENT, scenario="read-write-hole", failed={0: 2, 1: 12}, kinds={"mismatch": 14}, first=1)
ROW = Row("m", "dax: m", "s", "5", "none", ("fs/dax.c",), "", "killed", (RACE, PLAIN), (), ("fsync-write",))


def test_a_kind_that_the_control_shows_too_is_no_kill() -> None:
    assert beyond(RACE, SILENT) == {Kind.TAGS}
    assert beyond(RACE, RACE) == set()
    assert beyond(replace(RACE, kinds={"tags": 3, "hang": 1}), RACE) == {Kind.HANG}


def test_a_cell_that_the_lab_broke_kills_nothing() -> None:
    assert beyond(replace(RACE, broken="canary"), None) == set()


def test_the_strongest_scenario_needs_the_fewest_stops_then_schedules() -> None:
    assert strongest_first([RACE, replace(RACE, scenario="z", first=2), PLAIN])[0] is PLAIN


def test_a_mutant_needs_a_race_if_no_killer_fails_without_a_stop() -> None:
    assert ROW.needs_race
    assert not replace(ROW, killers=("fsync-write", "read-write-hole")).needs_race
    assert not replace(ROW, state="survived").needs_race


def test_stress_that_broke_says_nothing() -> None:
    raced = Raced("fsync-write", 10_000, {}, 2.5)
    assert ROW.silent_in_stress is None
    assert replace(ROW, raced=(raced,)).silent_in_stress is True
    assert replace(ROW, raced=(replace(raced, broken="qemu"),)).silent_in_stress is None
    assert replace(ROW, raced=(raced, replace(raced, failures={"hang": 1}))).silent_in_stress is False


def test_races_to_the_first_failure_come_from_the_rate() -> None:
    assert Raced("a", 10_000, {"tags": 4, "warn": 2}, 2.5).races_to_first == 2500
    assert Raced("a", 10_000, {}, 2.5).races_to_first is None
