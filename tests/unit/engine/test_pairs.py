# SPDX-License-Identifier: GPL-2.0-only
"""`lab run --all-pairs` on a prebuilt kernel whose guests follow scripts."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli import main
from harness.config.pairs import PARTS
from harness.engine.pairs import FILE, Filing, PairsChoice, load_filing, perform_pairs, reproduce_line, resolve_pairs
from harness.errors import BadInput
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.verdict.pairs import FiledWord
from harness.verdict.verdict import Word
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import SIGBUS, UNBOOTED
from tests.fakes.records import begin, boot, bye, done, end, failed, line, passed

ROWS = ("AB", "AB A1#1", "BA", "BA B1#1")
DIGITS = "3" * 400
Perform = Callable[[Callable[[str], list[str]]], tuple[RunFolder, Run, Filing]]


@pytest.fixture
def perform(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Perform:
    """Runs the five pairs of fsync with itself; a function gives the rows of a scenario."""
    prebuilt.supplied(tmp_path, monkeypatch)

    def run(rows: Callable[[str], list[str]]) -> tuple[RunFolder, Run, Filing]:
        pairs = resolve_pairs(PairsChoice(kernels / "lab.yaml", ("base",), operations=("fsync",)))
        from harness.engine.batches import batches

        for number, part in enumerate(batches(pairs.experiment.scenarios, pairs.batches)):
            Boots(kernels / "stock").follow([guest([each.name for each in part], rows)], f"stock-{number}")
        return perform_pairs(pairs)

    return run


def guest(names: list[str], rows: Callable[[str], list[str]]) -> str:
    said = [line("points", placed=9, refused=[]), line("canary", ok=True)]
    for name in names:
        said += [begin(name), *rows(name), end(DIGITS, "0" * 400), done(name)]
    return boot(*said, bye())


def quiet(_name: str) -> list[str]:
    return [*map(passed, ROWS)]


def test_pairs_that_all_agree_pass_and_the_folder_holds_the_filing_and_the_scenarios(perform: Perform) -> None:
    folder, run, filing = perform(quiet)
    assert run.verdict is not None
    assert run.verdict.word is Word.PASS
    assert {each.word for each in filing.filed} == {FiledWord.AGREES}
    assert load_filing(folder) == filing
    assert folder.load() == run
    assert len(list((folder.path / "scenarios").glob("pair-fsync-fsync-*.yaml"))) == 5
    assert run.reproduce.startswith("./lab run --all-pairs=base --kernel stock --config ")


def test_one_pair_that_violates_is_told_apart_from_those_that_agree(perform: Perform) -> None:
    bad = "pair-fsync-fsync-hole"
    _folder, run, filing = perform(
        lambda name: [passed("AB"), failed("AB A1#1", SIGBUS)] if name == bad else quiet(name)
    )
    assert run.verdict is not None
    assert run.verdict.word is Word.FAIL
    assert [each.scenario for each in filing.filed if each.word is FiledWord.VIOLATES] == [bad]


def test_report_shows_the_matrix_again_with_the_status_of_the_run(
    perform: Perform, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _run, _filing = perform(quiet)
    assert main(["report", "last"]) == 0
    assert "== written (4 KiB, shared, threads), stock" in capsys.readouterr().out
    assert main(["report", "last", "--json"]) == 0
    assert capsys.readouterr().out == (folder.path / FILE).read_text()


def test_a_kernel_that_does_not_boot_says_nothing_of_any_pair(kernels: Path, perform: Perform) -> None:
    pairs = resolve_pairs(PairsChoice(kernels / "lab.yaml", ("base",), operations=("fsync",)))
    for number in range(pairs.batches):
        Boots(kernels / "stock").follow([UNBOOTED], f"stock-{number}")
    _folder, run, filing = perform_pairs(pairs)
    assert {each.word for each in filing.filed} == {FiledWord.BROKEN}
    assert run.verdict is not None
    assert run.verdict.word is Word.BROKEN


def test_how_many_guests_share_the_pairs_follows_from_the_pairs_alone(kernels: Path) -> None:
    few = resolve_pairs(PairsChoice(kernels / "lab.yaml", ("base",), operations=("fsync",)))
    every = resolve_pairs(PairsChoice(kernels / "lab.yaml", PARTS))
    assert few.batches == 2
    assert every.batches > 8


def test_an_unknown_kernel_is_refused(kernels: Path) -> None:
    with pytest.raises(BadInput, match="there is no `nine`; there are stock, other"):
        resolve_pairs(PairsChoice(kernels / "lab.yaml", ("base",), kernel="nine"))
    assert resolve_pairs(PairsChoice(kernels / "lab.yaml", ("base",), "other")).experiment.kernels[0].name == "other"


def test_the_file_system_that_was_asked_for_goes_into_every_scenario_and_the_reproduce_line(kernels: Path) -> None:
    choice = PairsChoice(kernels / "lab.yaml", ("base",), operations=("fsync",), filesystem="xfs")
    pairs = resolve_pairs(choice)
    assert pairs.filesystem == "xfs"
    assert {each.mount for each in pairs.experiment.scenarios} == {"xfs-dax"}
    assert "--filesystem=xfs" in reproduce_line(pairs)
    assert {each.mount for each in resolve_pairs(replace(choice, filesystem=None)).experiment.scenarios} == {None}


def test_pruning_begins_at_the_first_stop_and_stands_in_the_reproduce_line(kernels: Path) -> None:
    choice = PairsChoice(kernels / "lab.yaml", ("base",), operations=("fsync",), prune=True, sample=7)
    pairs = resolve_pairs(choice)
    chosen = pairs.experiment.choice
    assert (chosen.prune, chosen.prune_from, chosen.sample) == (True, 1, 7)
    assert reproduce_line(pairs).endswith("--prune --sample=7")


def test_pairs_of_two_stops_are_pruned_from_the_second_on_and_say_so_in_the_reproduce_line(kernels: Path) -> None:
    choice = PairsChoice(kernels / "lab.yaml", ("base",), operations=("fsync", "punch"), prune=True, bound=2)
    pairs = resolve_pairs(choice)
    assert {each.bound for each in pairs.experiment.scenarios} == {2}
    assert pairs.experiment.choice.prune_from == 2
    assert "--bound=2" in reproduce_line(pairs)
    assert "--bound" not in reproduce_line(resolve_pairs(replace(choice, bound=1)))


def test_pairs_on_files_of_one_state_are_those_that_were_asked_for(kernels: Path) -> None:
    choice = PairsChoice(kernels / "lab.yaml", ("base",), operations=("fsync",), prepares=("hole", "synced"))
    pairs = resolve_pairs(choice)
    assert [each.prepare for each in pairs.experiment.scenarios] == ["synced", "hole"]
    assert "--prepare=hole,synced" in reproduce_line(pairs)


def test_pairs_whose_budget_ended_go_on_with_what_the_history_has(kernels: Path) -> None:
    choice = PairsChoice(kernels / "lab.yaml", ("base",), operations=("fsync",), reuse=True)
    pairs = resolve_pairs(choice)
    assert pairs.experiment.choice.reuse
    assert "--reuse" not in reproduce_line(pairs), "the same again is swept again"


def test_triples_are_those_of_the_operations_that_were_asked_for(kernels: Path) -> None:
    choice = PairsChoice(kernels / "lab.yaml", ("triples",), operations=("read-fault",))
    used = {actor.op for each in resolve_pairs(choice).experiment.scenarios for actor in each.actors}
    assert used == {"read-fault"}
    with pytest.raises(BadInput, match="--operations: no scenario of these parts"):
        resolve_pairs(replace(choice, operations=("fork",)))


def test_a_damaged_filing_is_told(perform: Perform) -> None:
    folder, _run, _filing = perform(quiet)
    (folder.path / FILE).write_text("{}")
    with pytest.raises(BadInput, match="the run folder is damaged"):
        load_filing(folder)
