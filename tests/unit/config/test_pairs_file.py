# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness import folders
from harness.config.pairs import scenario
from harness.config.pairs_file import Documented, load_pairs_file
from harness.errors import BadInput
from harness.sweep.records import Kind

STOP = frozenset({"dax_writeback_one", "dax_writeback_mapping_range"})
DETAIL = "B: fsync has returned, old data at file offset 0x840 is never flushed"


def entry(**more: object) -> Documented:
    given = {"one": ["fsync"], "other": ["fsync", "msync"], "kinds": ["not-durable"],
             "functions": ["dax_writeback_one"], "reason": "docs"}  # fmt: skip
    return Documented.model_validate({**given, **more})


def test_the_projects_file_is_read_and_every_page_that_it_names_exists() -> None:
    file = load_pairs_file()
    for each in file.documented:
        for word in each.reason.replace(":", " ").replace(",", " ").split():
            if word.startswith("docs/"):
                assert (folders.PROJECT / word).is_file()


@pytest.mark.parametrize(
    ("ops", "covered"),
    [(("fsync", "fsync"), True), (("msync", "fsync"), True), (("msync", "msync"), False), (("fsync", "punch"), False)],
)
def test_two_sets_of_operations_are_those_of_two_actors_in_either_order(ops: tuple[str, str], covered: bool) -> None:
    assert entry().holds_for(scenario(ops, "written"), "ext4", "6.1.192") is covered


@pytest.mark.parametrize(
    "more",
    [{"prepare": ["hole"]}, {"map": ["private"]}, {"size": ["2M"]}, {"actors_as": ["processes"]},
     {"filesystem": ["xfs"]}, {"kernels": ">=6.2"}],
)  # fmt: skip
def test_what_an_entry_names_must_be_so(more: dict[str, object]) -> None:
    assert not entry(**more).holds_for(scenario(("fsync", "fsync"), "written"), "ext4", "6.1.192")


def test_a_violation_is_explained_by_kind_sentence_and_the_functions_of_every_stop() -> None:
    one = entry(says="has returned")
    assert one.explains(Kind.NOT_DURABLE, DETAIL, [STOP])
    assert not one.explains(Kind.TAGS, DETAIL, [STOP])
    assert not one.explains(Kind.NOT_DURABLE, "something else", [STOP])
    assert not one.explains(Kind.NOT_DURABLE, DETAIL, [frozenset({"dax_insert_entry"})])
    assert not one.explains(Kind.NOT_DURABLE, DETAIL, [STOP, frozenset({"dax_insert_entry"})])


def test_what_needs_no_race_is_explained_only_by_an_entry_that_says_so() -> None:
    assert not entry().explains(Kind.NOT_DURABLE, DETAIL, [])
    assert entry(raceless=True).explains(Kind.NOT_DURABLE, DETAIL, [])


def test_one_stop_of_two_is_enough_only_where_the_entry_says_so() -> None:
    elsewhere = frozenset({"dax_insert_entry"})
    one = entry(one_stop_is_enough=True)
    assert one.explains(Kind.NOT_DURABLE, DETAIL, [elsewhere, STOP])
    assert not one.explains(Kind.NOT_DURABLE, DETAIL, [elsewhere, elsewhere])
    assert not one.explains(Kind.NOT_DURABLE, DETAIL, [])


def test_what_needs_no_race_is_explained_wherever_somebody_is_stopped_if_no_function_is_named() -> None:
    one = entry(raceless=True, functions=[])
    assert one.explains(Kind.NOT_DURABLE, DETAIL, [frozenset({"dax_insert_entry"})])
    assert not entry(raceless=True).explains(Kind.NOT_DURABLE, DETAIL, [frozenset({"dax_insert_entry"})])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- a\n", "must be keys with values: core, documented, apart, triples"),
        ("apart:\n- {one: [fsink], reason: r}\n", r":2: .*the racer has no operation `fsink`, did you mean `fsync`"),
        ("documented:\n- {kinds: [tags], reason: r}\n", "it covers no schedule"),
        ("documented:\n- {kinds: [tags], raceless: true, says: '(', reason: r}\n", "is no regular expression"),
        ("documented:\n- {kinds: [tags], raceless: true, kernels: new, reason: r}\n", "is no bound of kernel releases"),
        (
            "documented:\n- {kinds: [tags], raceless: true, fixed_by: [dax-wait], reason: r}\n",
            "no series is called `d",
        ),
    ],
)
def test_a_wrong_entry_is_told_with_file_and_what_to_do(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "pairs.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=f"pairs.yaml.*{sentence}"):
        load_pairs_file(path)
