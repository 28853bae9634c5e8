# SPDX-License-Identifier: GPL-2.0-only
"""Kernels by their names in lab.yaml."""

from pathlib import Path

import pytest

from harness import folders
from harness.errors import BadInput
from harness.guest import named
from harness.kernel import spec

LAB = folders.PROJECT / "lab.yaml"


def test_an_unknown_name_is_answered_by_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"there is no `stok`; there are .*stock"):
        named.kernel_named(LAB, "stok")


def test_a_kernel_is_asked_for_with_the_units_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tree:
        release = "6.1.192"

    asked: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr(named, "obtain_for", lambda _spec, _deadline: Tree)
    monkeypatch.setattr(spec, "kernel", lambda name, _spec, units, _deadline: asked.append((name, units)))
    named.kernel_named(LAB, "stock")
    assert asked[0][0] == "stock"
    assert "fs/dax.c" in asked[0][1]


def test_a_broken_lab_yaml_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text("kernels: {}\n")
    with pytest.raises(BadInput):
        named.kernel_named(tmp_path / "lab.yaml", "stock")
