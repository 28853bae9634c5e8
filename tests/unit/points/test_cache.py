# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.points.cache import dumps, load, save
from harness.points.finder import find_points


def test_points_come_back_as_they_were_saved(vmlinux: Path, tmp_path: Path) -> None:
    points = find_points(vmlinux, ["fs/dax.c"], every_instruction=True)
    save(points, tmp_path / "points.json")
    assert load(tmp_path / "points.json") == points
    assert [path.name for path in tmp_path.iterdir()] == ["points.json"]


def test_the_same_vmlinux_gives_the_same_bytes(vmlinux: Path) -> None:
    assert dumps(find_points(vmlinux, ["fs/dax.c"])) == dumps(find_points(vmlinux, ["fs/dax.c"]))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 0, "points": []}', '{"format": 1, "points": [[1]]}'])
def test_a_damaged_file_says_to_delete_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "points.json"
    path.write_text(text)
    with pytest.raises(LabBroke, match=r"points\.json does not hold points .*delete it"):
        load(path)
