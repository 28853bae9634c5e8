# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.points.elf import opened
from harness.points.unit import units_of

from .conftest import link


def test_units_have_the_names_the_tree_gives_them_and_their_own_addresses(vmlinux: Path) -> None:
    with opened(vmlinux) as kernel:
        units = {unit.source: unit for unit in units_of(kernel.dwarf)}
        assert set(units) == {"fs/dax.c", "mm/truncate.c"}
        starts = {function.name: function.start for function in kernel.functions}
    assert units["fs/dax.c"].holds(starts["dax_insert"])
    assert units["fs/dax.c"].holds(starts["dax_insert.cold"])
    assert not units["mm/truncate.c"].holds(starts["dax_insert"])


@pytest.mark.parametrize("place", ["build", "a/b"])
def test_names_are_the_same_where_the_kernel_was_built_elsewhere(tree: Path, place: str) -> None:
    folder = tree / place
    folder.mkdir(parents=True, exist_ok=True)
    with opened(link(tree, 4, out=folder)) as kernel:
        assert {unit.source for unit in units_of(kernel.dwarf)} == {"fs/dax.c", "mm/truncate.c"}
