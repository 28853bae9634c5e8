# SPDX-License-Identifier: GPL-2.0-only
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from harness import folders
from harness.errors import BadInput
from harness.results import folder as module
from harness.results.files import write_whole
from harness.results.folder import RunFolder
from harness.verdict.judge import judged
from tests.fakes import results as fakes


def saved() -> RunFolder:
    folder = RunFolder.create()
    folder.save(judged(replace(fakes.run(), findings=())))
    return folder


def test_folders_are_numbered_from_1_and_numbers_are_not_used_again(tmp_path: Path) -> None:
    assert [RunFolder.create(tmp_path).number for _ in range(3)] == [1, 2, 3]
    (tmp_path / "2").rmdir()
    assert RunFolder.create(tmp_path).number == 4


def test_folders_made_at_once_get_numbers_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: RunFolder.create(tmp_path).number, range(40)))
    assert sorted(numbers) == list(range(1, 41))


def test_what_was_saved_is_loaded() -> None:
    assert saved().load() == judged(replace(fakes.run(), findings=()))


def test_a_saved_folder_holds_every_form() -> None:
    names = {path.name for path in saved().path.iterdir()}
    own = {"results.json", "verdict.json", "versions.json", "reproduce"}
    assert names == own | {"junit.xml", "results.ktap", "kcidb.json", "github.annotations"}


def test_versions_name_kernels_and_programs_without_source_lines() -> None:
    plain = json.loads((saved().path / "versions.json").read_text())
    assert [kernel["build_id"] for kernel in plain["kernels"]] == ["ab" * 20, "cd" * 20]
    assert plain["environment"]["qemu"] == "7.2.17"
    assert "lines" not in plain["kernels"][0]


def test_a_run_is_found_by_number_by_path_and_as_the_last(tmp_path: Path) -> None:
    first, last = saved(), saved()
    assert RunFolder.open("1").path == first.path
    assert RunFolder.open(str(last.path)).path == last.path
    assert RunFolder.open("last").path == last.path


@pytest.mark.parametrize("name", ["9", "no/such", "x", ""])
def test_a_run_that_is_not_there_is_refused_with_the_last_there_is(name: str) -> None:
    saved()
    with pytest.raises(BadInput, match=r"is no finished run in .*; the last is 1"):
        RunFolder.open(name)


def test_the_last_of_no_runs_says_how_to_make_one() -> None:
    with pytest.raises(BadInput, match=r"no run in .* yet: `./lab run` makes one"):
        RunFolder.open("last")


def test_an_unfinished_run_is_refused() -> None:
    folder = RunFolder.create()
    with pytest.raises(BadInput, match="the run was not finished"):
        folder.load()
    (folder.path / "results.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="is no UTF-8"):
        folder.load()


def test_nothing_is_written_outside_the_runs_folder() -> None:
    assert folders.runs() in saved().path.parents


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \udcff")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_verdict_json_comes_last_so_that_it_marks_a_finished_run(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(module, "write_whole", lambda path, text: written.append(path.name))
    saved()
    assert written[-1] == "verdict.json"
