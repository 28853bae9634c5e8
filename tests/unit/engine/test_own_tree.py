# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace
from pathlib import Path

import pytest

from harness import folders
from harness.config.models import GitSource
from harness.engine.experiment import Choice, resolve
from harness.errors import BadInput
from tests.fakes import kernel as fake
from tests.fakes.git_tree import GitTree


@pytest.fixture
def choice() -> Choice:
    return Choice(folders.PROJECT / "lab.yaml", scenarios=("read-write-hole",))


def test_a_checkout_is_compared_with_its_last_commit(tmp_path: Path, choice: Choice) -> None:
    clone = GitTree(tmp_path / "clone")
    without, with_ = resolve(replace(choice, tree=clone.folder / "fs")).kernels
    assert (without.name, with_.name) == ("head", "tree")
    assert without.spec.source == GitSource(git=str(clone.folder), ref="HEAD")
    assert with_.spec.source == GitSource(git=str(clone.folder), checkout=True)


def test_another_kernel_to_compare_with_can_be_named(tmp_path: Path, choice: Choice) -> None:
    fake.tree_in(tmp_path / "plain")
    kernels = resolve(replace(choice, tree=tmp_path / "plain", without="stock")).kernels
    assert [each.name for each in kernels] == ["stock", "tree"]


def test_what_cannot_be_compared_is_bad_input(tmp_path: Path, choice: Choice) -> None:
    fake.tree_in(tmp_path / "plain")
    with pytest.raises(BadInput, match="plain is no git checkout: name the kernel"):
        resolve(replace(choice, tree=tmp_path / "plain"))
    with pytest.raises(BadInput, match="gone is no folder"):
        resolve(replace(choice, tree=tmp_path / "gone"))
    with pytest.raises(BadInput, match="`--with stock`: give one of them"):
        resolve(replace(choice, tree=tmp_path / "plain", with_="stock"))
