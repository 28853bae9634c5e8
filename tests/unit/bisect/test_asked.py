# SPDX-License-Identifier: GPL-2.0-only
"""What tells one bisect from another: the question of an interrupted one is asked again after something was edited."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.bisect.asked import Asked, joined
from harness.bisect.outcome import Outcome
from harness.bisect.state import begun
from harness.bisect.tester import Tested
from harness.config import loader
from harness.deadline import Deadline
from harness.kernel import spec
from tests.fakes import kernel as fake

LAB = """\
kernels:
  stock: {{source: {{tree: tree}}, config: [{own}]}}
  other: {{source: {{tree: tree}}}}
experiment: {{without: other, with: stock, points: {{units: [fs/dax.c]}}}}
guests: {{sweep: {{memory: {memory}M}}}}
"""
SERIES = """\
title: two patches
intent: to be bisected
base: the miniature kernel
versions: {v1: {"6.1": [1.patch, 2.patch]}}
"""
NAME = "fsync-write"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lab.yaml with a series of two patches on the miniature kernel, and a fragment of the user's."""
    folder, names = tmp_path / "patches" / "two", loader.series_names()  # scenarios name those that there are
    folder.mkdir(parents=True)
    for user in (loader, spec):
        monkeypatch.setattr(user, "PATCHES", tmp_path / "patches")
    monkeypatch.setattr(loader, "series_names", lambda: names)
    fake.tree_in(tmp_path / "tree")
    (tmp_path / "lab.yaml").write_text(LAB.format(memory=512, own=tmp_path / "own.config"))
    (tmp_path / "own.config").write_text(fake.FRAGMENT)
    (folder / "series.yaml").write_text(SERIES)
    (folder / "1.patch").write_text(fake.GOOD_PATCH)
    (folder / "2.patch").write_text(fake.GOOD_PATCH.replace("+ 2;", "+ 3;").replace("+ 1;", "+ 2;"))
    return tmp_path


def question(project: Path) -> dict[str, str]:
    asked = Asked(project / "lab.yaml", None, None, None, "two", None, NAME, 1, ())
    return joined(asked, Deadline()).question


def patch_edited(project: Path, _patching: pytest.MonkeyPatch) -> None:
    path = project / "patches" / "two" / "2.patch"
    path.write_text(path.read_text().replace("+ 3;", "+ 4;"))


def config_edited(project: Path, _patching: pytest.MonkeyPatch) -> None:
    (project / "own.config").write_text(fake.FRAGMENT + "CONFIG_LOCKDEP=y\n")


def kernel_edited(project: Path, _patching: pytest.MonkeyPatch) -> None:
    path = project / "lab.yaml"
    path.write_text(path.read_text().replace("own.config]", "own.config], debug: [lockdep]"))


def guest_edited(project: Path, _patching: pytest.MonkeyPatch) -> None:
    (project / "lab.yaml").write_text(LAB.format(memory=640, own=project / "own.config"))


def floor_edited(project: Path, _patching: pytest.MonkeyPatch) -> None:
    path = project / "lab.yaml"
    path.write_text(path.read_text().replace("experiment: {", "experiment: {coverage_floor: 0.5, "))


def scenario_edited(_project: Path, patching: pytest.MonkeyPatch) -> None:
    every = loader.load_scenarios()
    edited = every[NAME].model_copy(update={"checks": ()})
    patching.setattr(loader, "load_scenarios", lambda: {**every, NAME: edited})


def test_the_same_command_goes_on_with_a_bisect_that_was_interrupted(project: Path) -> None:
    folder, state = begun(question(project))
    state.with_test("1.patch", Tested(Outcome.GOOD)).save(folder)
    assert "1.patch" in begun(question(project))[1].tested


@pytest.mark.parametrize(
    "edit", [patch_edited, config_edited, kernel_edited, guest_edited, floor_edited, scenario_edited]
)
def test_what_was_tested_before_something_was_edited_is_no_answer(
    project: Path, monkeypatch: pytest.MonkeyPatch, edit: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    folder, state = begun(question(project))
    state.with_test("2.patch", Tested(Outcome.BAD)).save(folder)
    edit(project, monkeypatch)
    again, fresh = begun(question(project))
    assert again != folder
    assert not fresh.tested
