# SPDX-License-Identifier: GPL-2.0-only
"""A few of all pairs on a real stock kernel: 30 scenarios, some seconds."""

import shlex
from pathlib import Path

import pytest

from harness.cli import main
from harness.config.scenario import ALIGNED
from harness.engine.pairs import Filing, PairsChoice, load_filing, perform_pairs, resolve_pairs
from harness.results.folder import RunFolder
from harness.sweep.records import Kind
from harness.verdict.pairs import Filed, FiledWord
from tests.vm.conftest import HOUR, LAB

OPERATIONS = ("read-fault", "fsync", "punch", "remap")


@pytest.fixture(scope="module")
def done(run_folders: Path) -> tuple[RunFolder, Filing]:
    choice = PairsChoice(LAB, ("base",), "stock", OPERATIONS, budget=HOUR)
    folder, _run, filing = perform_pairs(resolve_pairs(choice))
    return folder, filing


def pair(filing: Filing, name: str) -> Filed:
    """The pair of that name."""
    return next(each for each in filing.filed if each.scenario == name)


def test_every_pair_is_swept_whole_and_differs_in_known_ways_alone(done: tuple[RunFolder, Filing]) -> None:
    _folder, filing = done
    assert len(filing.filed) == 50
    assert {each.word for each in filing.filed} == {FiledWord.AGREES, FiledWord.KNOWN}
    known = {each.scenario for each in filing.filed if each.word is FiledWord.KNOWN}
    assert known == {"pair-fsync-fsync-written", "pair-fsync-remap-written"}


def test_the_finding_shows_where_a_fault_holds_the_entry_that_fsync_wants(done: tuple[RunFolder, Filing]) -> None:
    filed = pair(done[1], "pair-fsync-remap-written")
    assert [each.kind for each in filed.failing] == [Kind.NOT_DURABLE]
    assert filed.orders == {"AB": FiledWord.AGREES, "BA": FiledWord.KNOWN}
    assert filed.windows


def test_two_reads_of_pages_that_are_mapped_have_nothing_to_race(done: tuple[RunFolder, Filing]) -> None:
    filed = pair(done[1], "pair-read-fault-read-fault-written")
    assert (filed.word, filed.stopped, filed.schedules) == (FiledWord.AGREES, 0, 2)


def pairs_of_2m(filesystem: str) -> tuple[Filed, ...]:
    """Three pairs, of a file with blocks."""
    operations = ("read-fault", "write-fault")
    choice = PairsChoice(LAB, ("2M",), "stock", operations, budget=HOUR, filesystem=filesystem, prepares=("written",))
    return perform_pairs(resolve_pairs(choice))[2].filed


@pytest.mark.parametrize("filesystem", ["ext4", "xfs"])
def test_a_pair_of_2m_is_mapped_by_2m(run_folders: Path, filesystem: str) -> None:
    assert {each.word for each in pairs_of_2m(filesystem)} == {FiledWord.AGREES}


def test_a_pair_of_2m_that_is_mapped_by_4k_is_broken_and_never_agrees(
    run_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As xfs gives blocks out without a stripe unit."""
    monkeypatch.setitem(ALIGNED, "xfs", "xfs")
    filed = pairs_of_2m("xfs")
    assert {each.word for each in filed} == {FiledWord.BROKEN}
    assert all("entries of 4 KiB alone" in each.why for each in filed)


def test_a_schedule_of_a_pair_replays_as_it_was(
    done: tuple[RunFolder, Filing], capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(pair(done[1], "pair-fsync-remap-written").replay)
    assert main(words[1:]) == 0
    assert "are those of the run" in capsys.readouterr().out


def test_the_report_is_printed_again(done: tuple[RunFolder, Filing], capsys: pytest.CaptureFixture[str]) -> None:
    folder, filing = done
    assert load_filing(folder) == filing
    assert main(["report", str(folder.path)]) == 0
    assert "== written (4 KiB, shared, threads), stock 6.1." in capsys.readouterr().out
