# SPDX-License-Identifier: GPL-2.0-only
"""From one machine's runs folder to another's."""

import errno
from pathlib import Path

import pytest

from harness import folders
from harness.bundle import intake
from harness.bundle.archive import Manifest, write_archive
from harness.bundle.contents import bundle, export
from harness.bundle.intake import take_in
from harness.errors import BadInput
from harness.history.recorder import rescan
from harness.history.store import History
from harness.results.folder import RunFolder
from tests.unit.history.test_recorder import folder
from tests.unit.history.test_store import base


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs of another machine in a file; here is one run, of the same number as one of them."""
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "there"))
    for started in ("2026-11-02T10:00:00+00:00", "2026-11-03T10:00:00+00:00"):
        made = folder(started)
        (made.path / "scenarios").mkdir()
        (made.path / "scenarios" / "x.yaml").write_text("title: x\n")
        (made.path / "guests").mkdir()
        (made.path / "guests" / "console.log").write_text("large")
    with History.open() as history:
        rescan(history)
        runs = [(each, history.results(each.id)) for each in history.runs()]
    write_archive(tmp_path / "runs.tar.gz", *export(runs))
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "here"))
    folder("2026-11-04T10:00:00+00:00")
    return tmp_path / "runs.tar.gz"


def test_each_run_gets_a_folder_and_a_number_here_and_its_bytes_stay(exported: Path, tmp_path: Path) -> None:
    with History.open() as history:
        taken = take_in(exported, history)
        assert [(each.number, each.new) for each in taken] == [(2, True), (3, True)]
        assert [(each.number, each.imported) for each in history.runs()] == [(2, "runs.tar.gz"), (3, "runs.tar.gz")]
    there = (tmp_path / "there" / "1" / "results.json").read_bytes()
    assert (folders.runs() / "2" / "results.json").read_bytes() == there
    assert (folders.runs() / "2" / "scenarios" / "x.yaml").is_file()
    assert not (folders.runs() / "2" / "guests").exists()
    assert RunFolder.open("3").load().started.startswith("2026-11-03")


def test_a_run_is_never_taken_in_twice_nor_found_again_by_a_rescan(exported: Path) -> None:
    with History.open() as history:
        take_in(exported, history)
        assert [(each.number, each.new) for each in take_in(exported, history)] == [(2, False), (3, False)]
        assert rescan(history) == ([1], [])
        assert len(history.runs()) == 3
    assert sorted(path.name for path in folders.runs().iterdir() if path.is_dir()) == ["1", "2", "3"]


def test_a_run_for_which_there_is_no_room_leaves_no_folder(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_from: Path, to: Path) -> None:
        to.write_bytes(b"half of ")
        raise OSError(errno.ENOSPC, "No space left on device")

    before = sorted(folders.runs().iterdir())
    monkeypatch.setattr(intake.shutil, "move", full)
    with History.open() as history, pytest.raises(OSError, match="No space left"):
        take_in(exported, history)
    assert {path.name for path in before} >= {path.name for path in folders.runs().iterdir() if path.is_dir()}


def test_a_run_whose_bytes_are_not_those_of_its_id_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    text = base()[1].encode()
    write_archive(tmp_path / "b", Manifest(("0" * 64,)), {f"runs/{'0' * 64}/results.json": text})
    with History.open() as history:
        with pytest.raises(BadInput, match="is not what its id says"):
            take_in(tmp_path / "b", history)
        assert history.runs() == []


def test_a_bundle_is_taken_in_too_with_its_guests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = folder()
    (made.path / "guests").mkdir()
    (made.path / "guests" / "console.log").write_text("all of it")
    write_archive(tmp_path / "b", *bundle(made, kernels=False))
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "here"))
    with History.open() as history:
        take_in(tmp_path / "b", history)
    assert (folders.runs() / "1" / "guests" / "console.log").read_text() == "all of it"


def test_a_run_whose_folder_was_deleted_is_exported_from_the_history(tmp_path: Path) -> None:
    made = folder()
    with History.open() as history:
        rescan(history)
        (made.path / "results.json").unlink()
        found = history.find("1")
        manifest, files = export([(found, history.results(found.id))])
    assert manifest.runs == (found.id,)
    assert list(files) == [f"runs/{found.id}/results.json"]


def test_kernels_that_have_left_the_cache_are_named() -> None:
    with pytest.raises(BadInput, match="is not in the cache any more: `lab build` makes it again"):
        bundle(folder(), kernels=True)
