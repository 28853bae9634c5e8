# SPDX-License-Identifier: GPL-2.0-only
"""The smallest set of scenarios that reaches a patch."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness import folders
from harness.config.loader import load_scenarios
from harness.deadline import Deadline
from harness.engine.experiment import Choice, resolve
from harness.engine.guests import Supplies
from harness.engine.kernels import Made
from harness.engine.pick import Reach, choose, picked, touched
from harness.engine.sweeps import Hall
from harness.errors import BadInput
from harness.kernel.artefacts import Kernel
from harness.kernel.sources.tree import SourceTree
from harness.points.point import Frame, Point
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


def test_touched_is_where_the_sources_differ_and_not_where_a_hunk_says(tmp_path: Path) -> None:
    before = "".join(f"line {number};\n" for number in range(1, 21)).replace("line 9;", "").replace("line 11;", "/* */")
    source(tmp_path / "tree", before)
    source(tmp_path / "kernel/sources", before.replace("line 10;\n", "").replace("line 15;", "line 15a;"))
    kernel = Kernel("mine", "key", tmp_path / "kernel", "6.1.1", "0a", edited=("fs/dax.c", "fs/gone.c"))
    points = [Point(at, at, "f", at, "call", "fs/dax.c", (Frame("f", "fs/dax.c", at),)) for at in (8, 11, 14)]
    lines = touched(kernel, SourceTree(tmp_path / "tree", "6.1.1", "digest"), points)
    assert {number for _file, number in lines} == {8, 9, 10, 11, 14}


def test_a_call_that_gives_way_to_a_line_without_code_touches_the_code_around_it(tmp_path: Path) -> None:
    before = "".join(f"line {number};\n" for number in range(1, 21))
    source(tmp_path / "tree", before)
    source(tmp_path / "kernel/sources", before.replace("line 10;", "barrier();"))
    kernel = Kernel("mine", "key", tmp_path / "kernel", "6.1.1", "0a", edited=("fs/dax.c",))
    points = [Point(at, at, "f", at, "call", "fs/dax.c", (Frame("f", "fs/dax.c", at),)) for at in (4, 8, 13, 16)]
    lines = touched(kernel, SourceTree(tmp_path / "tree", "6.1.1", "digest"), points)
    assert {number for _file, number in lines} == {8, 10, 13}
    points.append(Point(10, 10, "f", 10, "call", "fs/dax.c", (Frame("f", "fs/dax.c", 10),)))
    lines = touched(kernel, SourceTree(tmp_path / "tree", "6.1.1", "digest"), points)
    assert {number for _file, number in lines} == {10}


def source(folder: Path, text: str) -> None:
    (folder / "fs").mkdir(parents=True)
    (folder / "fs/dax.c").write_text(text)
