# SPDX-License-Identifier: GPL-2.0-only
from itertools import combinations_with_replacement
from pathlib import Path

import pytest

from harness.config.loader import load_scenario
from harness.config.operations import operations
from harness.config.pairs import DIMENSIONS, NAME_MAX, PARTS, PREPARES, apart, pair_scenarios, parts_of, scenario
from harness.config.pairs_file import Apart, PairsFile, load_pairs_file
from harness.engine.enclosures import as_yaml
from harness.errors import BadInput, LabBroke
from harness.sweep.job import scenario_lines

NONE = PairsFile()


def test_the_base_part_holds_every_unordered_pair_on_every_preparation_once() -> None:
    made = pair_scenarios(["base"], NONE)
    found = [(*(actor.op for actor in each.actors), each.prepare) for each in made]
    on_file = [name for name in operations() if not name.startswith("pipe-")]  # these meet nothing of the others
    wanted = {(*pair, prepare) for pair in combinations_with_replacement(on_file, 2) for prepare in PREPARES}
    assert len(found) == len(wanted)
    assert set(found) == wanted
    assert {(each.map, each.actors_as, each.size, each.bound) for each in made} == {("shared", "threads", "4K", 1)}


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [("private", "map", "private"), ("processes", "actors_as", "processes"), ("2M", "size", "2M")],
)
def test_each_other_part_changes_one_dimension_of_the_base(part: str, key: str, value: str) -> None:
    [named] = parts_of(part)
    for one, base in zip(pair_scenarios([named], NONE), pair_scenarios(["base"], NONE), strict=True):
        assert getattr(one, key) == value
        assert one.model_copy(update={key: getattr(base, key), "name": base.name, "pages": base.pages}) == base


def test_the_core_and_more_are_together_every_pair_and_share_none() -> None:
    file = PairsFile(core=("fsync", "punch"))
    base, more = pair_scenarios(["base"], file), pair_scenarios(["more"], file)
    assert len(base) == 3 * len(PREPARES)
    assert {each.name for each in base}.isdisjoint(each.name for each in more)
    assert {each.name for each in base + more} == {each.name for each in pair_scenarios(["base"], NONE)}


def test_operations_that_were_asked_for_have_nothing_more() -> None:
    assert pair_scenarios(["more"], load_pairs_file(), ["fsync"]) == ()


def test_names_are_unique_and_fit_into_the_racers_field() -> None:
    names = [each.name for each in pair_scenarios(PARTS, load_pairs_file())]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= NAME_MAX
    assert "pair-read-fault-punch-hole" in names


def test_a_name_that_the_racer_would_cut_off_is_the_labs_fault() -> None:
    long = ("sync-file-range",) * 4
    with pytest.raises(LabBroke, match="longer than the racer's 63 bytes"):
        scenario(long, "unwritten", "processes")


def test_durability_is_checked_where_something_is_stored_or_there_is_old_data() -> None:
    assert scenario(("read-fault", "punch"), "hole").checks == ("tags",)
    assert scenario(("read-fault", "write-fault"), "hole").checks == ("tags", "durable")
    assert scenario(("fsync", "pwrite"), "unwritten").checks == ("tags", "durable")
    assert scenario(("read-fault", "fsync"), "written").checks == ("tags", "durable")


@pytest.mark.parametrize("part", ["base", "2M"])
def test_a_pair_leaves_room_in_the_file_for_every_collapse(part: str) -> None:
    [named] = parts_of(part)
    assert scenario(("collapse", "read-fault"), "written", named).pages == 2
    assert scenario(("collapse", "collapse"), "written", named).pages == 3, "the second finds a shorter file"


def test_a_second_page_shows_what_reaches_too_far_but_for_pages_of_2_mib() -> None:
    assert scenario(("fsync", "punch"), "written").pages == 2
    assert scenario(("fsync", "punch"), "written", "2M").pages == 1


def test_a_made_scenario_is_the_same_when_read_from_the_file_that_a_run_keeps(tmp_path: Path) -> None:
    for part in DIMENSIONS:
        made = scenario(("write-fault", "fsync"), "synced", part)
        path = tmp_path / f"{made.name}.yaml"
        path.write_text(as_yaml(made))
        assert load_scenario(path) == made


def test_every_scenario_is_one_short_line_of_a_job() -> None:
    lines = scenario_lines(pair_scenarios(PARTS, load_pairs_file()))
    assert max(map(len, lines)) < 2000  # `line` of job_read() in guest-tests/racer/job.c


def test_triples_come_from_the_file_alone() -> None:
    file = load_pairs_file()
    made = pair_scenarios(["triples"], file)
    assert len(made) == sum(len(each.prepare) for each in file.triples)
    assert all(len(each.actors) == 3 for each in made)
    assert pair_scenarios(["triples"], NONE) == ()


def test_pairs_of_some_operations_alone() -> None:
    made = pair_scenarios(["base"], NONE, ["fsync", "punch"])
    assert {tuple(actor.op for actor in each.actors) for each in made} == {
        ("fsync", "fsync"), ("fsync", "punch"), ("punch", "punch")
    }  # fmt: skip


def test_parts_are_words_with_commas() -> None:
    assert parts_of("2M,private") == ("private", "2M")
    assert parts_of("all") == PARTS
    with pytest.raises(BadInput, match=r"--all-pairs: there is no part `huge`: write base, more, private, .* or all"):
        parts_of("base,huge")
    with pytest.raises(BadInput, match="names no part"):
        parts_of(",")


def test_what_cannot_be_run_is_left_out_with_its_reason() -> None:
    entries = [Apart(one=("fsync",), prepare=("hole",), reason="no such thing")]
    assert apart(scenario(("punch", "fsync"), "hole"), entries, "ext4") == "no such thing"
    assert apart(scenario(("punch", "fsync"), "read"), entries, "ext4") == ""


@pytest.mark.parametrize(
    ("ops", "prepare", "part", "filesystem"),
    [
        (("clone", "fsync"), "written", "base", "ext4"),
        (("fsync", "unshare"), "written", "base", "xfs"),
        (("mapsync-write", "fsync"), "hole", "private", "ext4"),
        (("hwpoison", "fsync"), "written", "private", "ext4"),
        (("write-fault", "hwpoison"), "unwritten", "base", "ext4"),
    ],
)
def test_what_the_racer_would_refuse_or_must_not_do_is_apart(
    ops: tuple[str, str], prepare: str, part: str, filesystem: str
) -> None:
    [named] = parts_of(part)
    assert apart(scenario(ops, prepare, named), load_pairs_file().apart, filesystem)


def test_of_the_core_nothing_is_apart() -> None:
    file = load_pairs_file()
    every = [each for part in PARTS for each in pair_scenarios([part], PairsFile(core=file.core)) if part != "more"]
    assert [each.name for each in every if apart(each, file.apart, "ext4")] == []
