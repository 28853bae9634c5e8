# SPDX-License-Identifier: GPL-2.0-only
"""Skeletons load, compile and apply as they are made; a name that cannot be, or is taken, leaves nothing behind."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness import folders
from harness.config.loader import load_scenario, load_series
from harness.config.operations import effects, operations
from harness.errors import BadInput
from harness.image.racer import FLAGS
from harness.skeleton.maker import KINDS, LENGTH_MAX, Wanted, make

PATCH = "--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1 +1 @@\n-old\n+new\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folders of a project that skeletons go to."""
    folder = tmp_path / "project"
    for part in ("guest-tests/racer", "guest-tests/include", "guest-tests/scenarios"):
        shutil.copytree(folders.PROJECT / part, folder / part)
    (folder / "patches").mkdir()
    return folder


def patch(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text(PATCH)
    return path


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_scenario_is_one_that_the_loader_takes(project: Path) -> None:
    (path,) = make("scenario", Wanted("my-race", project=project))
    scenario = load_scenario(path)
    assert (scenario.name, [each.op for each in scenario.actors]) == ("my-race", ["read-fault", "write-fault"])
    assert path.parent == project / "guest-tests" / "scenarios"


def test_an_operation_compiles_with_warnings_as_errors_and_stands_in_the_table(project: Path, tmp_path: Path) -> None:
    source, header, table = make("operation", Wanted("my-advice", project=project))
    assert operations(table)[-1] == "my-advice" and effects(table)["my-advice"] == frozenset()
    assert "void op_my_advice(struct actor *a);" in header.read_text()
    words = ["gcc", *FLAGS, f"-I{project / 'guest-tests/include'}", "-o", str(tmp_path / "racer")]
    subprocess.run([*words, *map(str, sorted(source.parent.glob("*.c")))], check=True)


def test_a_series_without_patches_loads_and_has_none(project: Path) -> None:
    (path,) = make("series", Wanted("my-fix", project=project))
    series = load_series(path.parent)
    assert (series.name, series.newest, series.patches("6.1.192")) == ("my-fix", "v1", ())


def test_patches_are_copied_into_a_series_in_the_order_given(project: Path, tmp_path: Path) -> None:
    given = (patch(tmp_path, "0002-b.patch"), patch(tmp_path, "0001-a.patch"))
    path = make("series", Wanted("mine/my-fix", given, "6.12", project))[0]
    series = load_series(path.parent)
    assert series.name == "mine/my-fix"
    assert [each.name for each in series.patches("6.12.3")] == ["0002-b.patch", "0001-a.patch"]
    assert series.patches("6.12.3")[0].read_text() == PATCH


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_not_overwritten(project: Path, kind: str) -> None:
    make(kind, Wanted("my-own", project=project))
    before = content(project)
    with pytest.raises(BadInput, match="already"):
        make(kind, Wanted("my-own", project=project))
    assert content(project) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["", "My-race", "my_race", "../race", "a--b", "-a", "a-", "9a", "a" * (LENGTH_MAX + 1)]
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(project: Path, kind: str, name: str) -> None:
    before = content(project)
    with pytest.raises(BadInput, match="is no name: take words of small letters"):
        make(kind, Wanted(name, project=project))
    assert content(project) == before


@pytest.mark.parametrize("name", ["pread", "read", "write", "map", "file"])
def test_an_operation_whose_name_function_or_file_is_taken_is_refused(project: Path, name: str) -> None:
    before = content(project)
    with pytest.raises(BadInput, match="already"):
        make("operation", Wanted(name, project=project))
    assert content(project) == before


def test_a_table_that_was_rewritten_is_left_alone(project: Path) -> None:
    table = project / "guest-tests/racer/ops.c"
    table.write_text(table.read_text().replace("{ NULL, NULL, 0, NULL }", "{ 0 }"))
    before = content(project)
    with pytest.raises(BadInput, match="add the entry by hand"):
        make("operation", Wanted("my-own", project=project))
    assert content(project) == before


def test_a_series_within_a_series_is_refused(project: Path) -> None:
    make("series", Wanted("my-fix", project=project))
    with pytest.raises(BadInput, match="patches/my-fix is a series itself"):
        make("series", Wanted("my-fix/other", project=project))
    assert not (project / "patches/my-fix/other").exists()


def test_what_is_no_patch_and_what_has_no_place_is_refused(project: Path, tmp_path: Path) -> None:
    good, text = patch(tmp_path, "a.patch"), tmp_path / "b.patch"
    text.write_text("no patch\n")
    (tmp_path / "other").mkdir()
    refused = {
        "b.patch: no patch": ("series", Wanted("x", (good, text), project=project)),
        "two of the patches have one name": ("series", Wanted("x", (good, patch(tmp_path / "other", "a.patch")),
                                                              project=project)),
        "patches belong to a series": ("scenario", Wanted("x", (good,), project=project)),
        "is no kernel's": ("series", Wanted("x", release="../6.1", project=project)),
    }  # fmt: skip
    for sentence, (kind, wanted) in refused.items():
        with pytest.raises(BadInput, match=sentence):
            make(kind, wanted)
    assert content(project / "patches") == {}
