# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace
from pathlib import Path

import pytest

from harness.engine.dryrun import describe
from harness.engine.experiment import Choice, resolve

LAB = """\
kernels:
  stock: {build: .}
  other: {build: .}
scenarios: [{name: read-write-hole, bound: 2}, {name: fsync-write, bound: 1}]
experiment: {without: other, with: stock, budget: 20m, points: {units: [fs/dax.c]}, stress: {races: 500, cpus: 3}}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    path = tmp_path / "lab.yaml"
    path.write_text(LAB)
    return path


def test_a_dry_run_says_kernels_budget_points_guests_and_stress(lab: Path) -> None:
    lines = describe(resolve(Choice(lab))).splitlines()
    assert lines[:4] == [
        f"without: other (prebuilt in {lab.parent})",
        f"with: stock (prebuilt in {lab.parent})",
        "budget: 1200 s, coverage floor: 95%",
        "points: calls of fs/dax.c",
    ]
    assert "guest 0 of each kernel: read-write-hole (c = 2)" in lines
    assert "guest 1 of each kernel: fsync-write (c = 1)" in lines
    assert "stress: 500 races a scenario on 3 CPUs, at most 10 s a scenario" in lines


def test_a_dry_run_without_stress_does_not_speak_of_it(lab: Path) -> None:
    assert "races a scenario" not in describe(resolve(Choice(lab, stress=False)))


def test_a_dry_run_prints_the_exact_line_of_a_sweeps_guest(lab: Path) -> None:
    last = describe(resolve(Choice(lab))).splitlines()[-1]
    assert last.startswith("qemu-system-x86_64 ")
    assert "-accel tcg,thread=single -icount shift=1,sleep=off" in last
    assert "ioeventfd=off" in last
    assert "-nic none" in last


def test_a_dry_run_starts_and_writes_nothing(lab: Path, tmp_path: Path) -> None:
    describe(resolve(Choice(lab)))
    assert {path.name for path in tmp_path.iterdir()} == {"lab.yaml", "programs"}


def test_a_dry_run_prints_the_line_of_a_stress_guest_with_its_one_way_in(lab: Path) -> None:
    lines = describe(resolve(Choice(lab))).splitlines()
    line = lines[next(at for at, text in enumerate(lines) if text.startswith("# a stress guest")) + 1]
    assert "-accel tcg,thread=multi" in line
    assert "restrict=on" in line and "hostfwd=tcp:127.0.0.1:" in line


def test_a_guest_of_another_file_system_than_lab_yamls_is_told_so(lab: Path) -> None:
    experiment = resolve(Choice(lab))
    first, second = experiment.scenarios
    mixed = replace(experiment, scenarios=(first, second.model_copy(update={"mount": "xfs-dax"})))
    lines = describe(mixed).splitlines()
    assert "guest 0 of each kernel: read-write-hole (c = 2)" in lines
    assert "guest 1 of each kernel on xfs: fsync-write (c = 1)" in lines
