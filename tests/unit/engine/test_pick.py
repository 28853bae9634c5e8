# SPDX-License-Identifier: GPL-2.0-only
"""The smallest set of scenarios that reaches a patch."""

from dataclasses import replace

import pytest

from harness import folders
from harness.config.loader import load_scenarios
from harness.deadline import Deadline
from harness.engine.experiment import Choice, resolve
from harness.engine.guests import Supplies
from harness.engine.kernels import Made
from harness.engine.pick import Reach, choose, picked
from harness.engine.sweeps import Hall
from harness.errors import BadInput
from harness.results.run import KernelInfo

EVERY = load_scenarios()


def reach(name: str, *lines: int) -> Reach:
    return Reach(EVERY[name], frozenset(("fs/dax.c", line) for line in lines), frozenset("f" if lines else ""))


def names(*reaches: Reach, powers: dict[str, set[str]] | None = None) -> list[str]:
    return [each.name for each in choose(reaches, powers or {})]


def test_one_scenario_that_reaches_all_lines_is_enough() -> None:
    assert names(reach("fsync-write", 1, 2, 3), reach("read-write-hole", 1, 2)) == ["fsync-write"]


def test_every_reached_line_is_covered() -> None:
    assert names(reach("fsync-write", 1), reach("read-write-hole", 2, 3)) == ["read-write-hole", "fsync-write"]


def test_of_two_that_reach_the_same_the_one_that_kills_more_mutants_comes_first() -> None:
    both = (reach("fsync-write", 1), reach("msync-write", 1))
    assert names(*both, powers={"msync-write": {"m"}}) == ["msync-write"]


def test_a_mutant_that_only_one_scenario_kills_keeps_that_scenario() -> None:
    both = (reach("fsync-write", 1, 2), reach("msync-write", 1))
    assert names(*both, powers={"msync-write": {"m"}, "fsync-write": {"n"}}) == ["fsync-write", "msync-write"]


def test_a_scenario_that_reaches_no_touched_function_is_left_out_whatever_its_power() -> None:
    assert names(reach("fsync-write", 1), reach("msync-write"), powers={"msync-write": {"m"}}) == ["fsync-write"]


def test_an_experiment_without_a_patch_cannot_be_picked_for() -> None:
    experiment = resolve(Choice(folders.PROJECT / "lab.yaml", without="unlocked", with_="stock", pick=True))
    stock = [Made(replace(each, series=None), KernelInfo(each.name, each.side, "6.1.1"), None)
             for each in experiment.kernels]  # fmt: skip
    hall = Hall(
        experiment.lab.guest("sweep"), Supplies(folders.PROJECT, folders.PROJECT), folders.PROJECT, Deadline.after(1)
    )
    with pytest.raises(BadInput, match="no kernel of the experiment has a patch"):
        picked(experiment, stock, hall)
