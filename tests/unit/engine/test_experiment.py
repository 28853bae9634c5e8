# SPDX-License-Identifier: GPL-2.0-only
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.config.loader import load_scenarios
from harness.engine import experiment as module
from harness.engine.experiment import Choice, Experiment, debug_units, resolve
from harness.errors import BadInput
from harness.sweep.records import Kind

LAB = """\
kernels:
  stock: {source: {debian: linux-source-6.1}}
  unlocked: {source: {debian: linux-source-6.1}, series: fault-locking/locking-only}
  eio: {source: {debian: linux-source-6.1}, series: fault-locking/locking-and-eio}
SCENARIOS
experiment: {without: unlocked, with: stock, budget: 20m, points: {units: [mm/memory.c]}, stress: {races: 500, cpus: 3}}
"""
Resolve = Callable[..., Experiment]


@pytest.fixture
def resolved(tmp_path: Path) -> Resolve:
    """Resolves lab.yaml above with words of the command line; ``scenarios_in_lab`` is its `scenarios:`."""

    def make(scenarios_in_lab: str = "", **said: Any) -> Experiment:
        path = tmp_path / "lab.yaml"
        path.write_text(LAB.replace("SCENARIOS", f"scenarios: {scenarios_in_lab}" if scenarios_in_lab else ""))
        return resolve(Choice(path, **said))

    return make


def bounds(experiment: Experiment) -> dict[str, int]:
    return {scenario.name: scenario.bound for scenario in experiment.scenarios}


def test_both_sides_are_named_with_their_series(resolved: Resolve) -> None:
    without, with_ = resolved().kernels
    assert (without.side, without.name, without.series and without.series.name) == (
        "without", "unlocked", "fault-locking/locking-only",
    )  # fmt: skip
    assert (with_.side, with_.name, with_.series) == ("with", "stock", None)


def test_all_scenarios_of_the_guests_file_system_are_chosen_in_the_order_of_their_names(resolved: Resolve) -> None:
    every = load_scenarios()
    usual = [name for name in every if every[name].mount is None and not every[name].units]
    assert list(bounds(resolved())) == sorted(usual)
    assert list(bounds(resolved(scenarios=("pipe-write-grow",)))) == ["pipe-write-grow"]
    assert list(bounds(resolved(scenarios=("clone-write",)))) == ["clone-write"]


def test_the_command_lines_scenarios_replace_those_of_lab_yaml_once_each_in_its_order(resolved: Resolve) -> None:
    asked = ("write-write-hole", "fsync-write", "write-write-hole")
    assert list(bounds(resolved("[read-read-hole]", scenarios=asked))) == ["write-write-hole", "fsync-write"]


def test_bounds_come_from_the_file_then_lab_yaml_and_the_command_line_is_a_ceiling(resolved: Resolve) -> None:
    own = load_scenarios()["fsync-write"].bound
    chosen = "[fsync-write, {name: read-write-hole, bound: 2}, {name: write-write-hole, bound: 0}]"
    assert bounds(resolved(chosen)) == {"fsync-write": own, "read-write-hole": 2, "write-write-hole": 0}
    assert bounds(resolved(chosen, bound=1)) == {
        "fsync-write": min(own, 1), "read-write-hole": 1, "write-write-hole": 0,
    }  # fmt: skip


def test_the_command_line_chooses_kernels_points_and_budget(resolved: Resolve) -> None:
    experiment = resolved(without="eio", budget=90.0, granularity="instructions", stress=False)
    assert [wanted.name for wanted in experiment.kernels] == ["eio", "stock"]
    plan = experiment.plan
    assert (plan.budget_seconds, plan.granularity) == (90.0, "instructions")
    assert (plan.stress_races, plan.stress_cpus) == (0, 0)


def test_the_plan_says_what_lab_yaml_says(resolved: Resolve) -> None:
    plan = resolved(scenarios=("read-write-hole",)).plan
    assert (plan.budget_seconds, plan.units, plan.stress_races, plan.stress_cpus) == (1200, ("mm/memory.c",), 500, 3)
    (scenario,) = plan.scenarios
    assert (scenario.name, scenario.actors) == ("read-write-hole", ("read-fault", "write-fault"))
    assert scenario.guards


def test_expectations_are_those_of_the_kernel_without_for_the_chosen_scenarios(resolved: Resolve) -> None:
    assert set(resolved(scenarios=("read-write-hole", "read-read-hole")).expectations) == {"read-write-hole"}
    expected = resolved(without="eio", scenarios=("read-write-hole",)).expectations["read-write-hole"]
    assert Kind.SIGBUS in expected.fails


def test_a_kernel_without_a_series_is_expected_to_be_silent(resolved: Resolve) -> None:
    assert resolved(without="stock", with_="unlocked").expectations == {}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"without": "gone"}, "there is no `gone`; there are stock, unlocked, eio"),
        ({"with_": "unlocked"}, "`unlocked` cannot be compared with itself"),
        ({"scenarios": ("fsync",)}, "no scenario is called `fsync`; there are .*fsync-write"),
        ({"scenarios": ("quux",)}, "no scenario is called `quux`; there are clone-write"),
    ],
)
def test_a_wrong_word_of_the_command_line_is_named_with_what_there_is(
    resolved: Resolve, said: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        resolved(**said)


def test_a_scenario_of_more_pages_than_the_racer_takes_is_refused(
    resolved: Resolve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    actors = "actors: [{op: read-fault}, {op: punch}]"
    (folder / "large.yaml").write_text(f"title: large\nprepare: hole\npages: 5\n{actors}\n")
    monkeypatch.setattr(module, "SCENARIOS", folder)
    with pytest.raises(BadInput, match=r"large.yaml:3: pages: must be at most 4, not 5"):
        resolved(without="stock", with_="unlocked", scenarios=("large",))


def test_debug_units_are_those_asked_for_and_the_c_files_that_any_series_edits(resolved: Resolve) -> None:
    experiment = resolved()
    units = debug_units(experiment.kernels, experiment.units, "6.1.192")
    assert "mm/memory.c" in units
    assert "fs/dax.c" in units
    assert all(unit.endswith(".c") for unit in units)
    assert list(units) == sorted(set(units))


def test_a_release_that_a_series_has_no_patches_for_is_bad_input(resolved: Resolve) -> None:
    with pytest.raises(BadInput, match=r"none for 5\.15\.1"):
        debug_units(resolved().kernels, (), "5.15.1")
