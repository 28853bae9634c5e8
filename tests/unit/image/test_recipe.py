# SPDX-License-Identifier: GPL-2.0-only
"""Recipes are data."""

from pathlib import Path

import pytest

from harness.errors import BadInput, LabBroke
from harness.image import recipe
from harness.image.recipe import Program


@pytest.mark.parametrize("name", recipe.names())
def test_each_recipe_is_valid_and_has_what_init_needs(name: str) -> None:
    found = recipe.load(name)
    assert {"dev/console", "dev/kmsg", "dev/null"} <= found.nodes.keys()
    assert {"dev", "mnt", "proc", "sys"} <= set(found.folders)


def test_an_unknown_recipe_is_answered_by_those_there_are() -> None:
    with pytest.raises(BadInput, match="choose one of network, sweep"):
        recipe.load("sweeep")


def test_a_wrong_key_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("title: odd\nfolders: []\nnodes: {}\nprograms: []\nfolder: x\n")
    with pytest.raises(BadInput, match=r"odd\.yaml"):
        recipe.load("odd", tmp_path)


def test_a_dynamic_program_is_refused_where_a_static_one_is_needed() -> None:
    program = Program(name="sh", package="busybox-static", to="bin/busybox", static=True)
    with pytest.raises(LabBroke, match="not statically linked: `apt-get install busybox-static`"):
        list(program.entries())


def test_a_programs_other_names_are_links_beside_it() -> None:
    program = Program(name="sh", package="dash", to="bin/dash", links=("sh",))
    links = {entry.name: entry.data for entry in program.entries() if entry.name == "bin/sh"}
    assert links == {"bin/sh": b"dash"}
