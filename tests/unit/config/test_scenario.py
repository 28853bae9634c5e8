# SPDX-License-Identifier: GPL-2.0-only
"""What a scenario asks of its guest."""

from typing import get_args

import pytest

from harness.config.loader import load_scenarios
from harness.config.scenario import ALIGNED, Behaviour, FileSystem, driver
from harness.sweep.records import Kind
from tests.fakes.records import scenario


@pytest.mark.parametrize("filesystem", get_args(FileSystem))
def test_a_scenario_of_4_kib_is_run_on_the_file_system_as_it_is(filesystem: str) -> None:
    assert scenario("a").image(filesystem) == filesystem
    assert scenario("a", mount=f"{filesystem}-dax").image("ext4") == filesystem


@pytest.mark.parametrize(
    ("filesystem", "image"), [("ext4", "ext4"), ("xfs", "xfs-aligned"), ("xfs-reflink", "xfs-reflink-aligned")]
)
def test_one_of_2_mib_is_run_on_an_image_with_blocks_to_map(filesystem: str, image: str) -> None:
    huge = scenario("a", size="2M")
    assert huge.image(filesystem) == image
    assert huge.filesystem(filesystem) == filesystem, "it is the same file system"
    assert driver(image) == driver(filesystem)


def test_a_guest_that_has_such_an_image_already_keeps_it() -> None:
    for image in ALIGNED.values():
        assert scenario("a", size="2M").image(image) == image


PASSED_BY, FOR_EVER = "B: fsync has returned, old data is never flushed", "-: a further fsync has returned, old data is"


def test_behaviour_excuses_violations_all_of_which_say_what_it_says() -> None:
    rule = Behaviour(reason="r", says="^[A-D]: fsync")
    assert rule.excuses([PASSED_BY, PASSED_BY])
    assert not rule.excuses([PASSED_BY, FOR_EVER])
    assert not rule.excuses([FOR_EVER])
    assert Behaviour(reason="r").excuses([PASSED_BY, FOR_EVER])


def test_where_sentences_matter_random_races_which_have_none_cannot_be_told() -> None:
    assert Behaviour(reason="r").everywhere
    assert not Behaviour(reason="r", says="x").everywhere


@pytest.mark.parametrize(
    "name", [name for name, each in load_scenarios().items()
             if any("findings/0001" in rule.reason for rule in each.documented.values())]
)  # fmt: skip
def test_an_fsync_that_does_not_wait_excuses_no_store_that_is_lost_for_ever(name: str) -> None:
    scenario_ = load_scenarios()[name]
    rule, syncs = scenario_.documented[Kind.NOT_DURABLE], [each.op == "fsync" for each in scenario_.actors]
    for letter, does in zip("ABC", syncs, strict=False):
        waits_not = f"{letter}: fsync has returned, old data at file offset 0x840 is never flushed"
        for_ever = "-: a further fsync has returned, the store of B at file offset 0x240 is never flushed"
        if does:
            assert rule.excuses([waits_not])
            assert not rule.excuses([waits_not, for_ever])
        assert not rule.excuses([for_ever])


@pytest.mark.parametrize("name", ["fsync-fsync-written", "fsync-fsync-only-page", "fsync-write-fsync"])
def test_an_fsync_that_does_not_wait_excuses_a_left_tag_and_no_writable_mapping_of_a_clean_entry(name: str) -> None:
    rule = load_scenarios()[name].documented[Kind.TAGS]
    left = "-: index 0: tagged after fsync though nothing was stored since (entry 0x21 order 0 pfn 0x1, mapping 0 pfn 0"
    assert rule.excuses([left])
    assert not rule.excuses([left.replace("0x21", "0x31")]), "it would still be DIRTY"
    assert not rule.excuses(
        ["-: index 0: a shared mapping is writable, its entry is not tagged dirty (entry 0x1 order 0"]
    )


def test_what_a_punch_forgets_is_excused_though_a_further_fsync_misses_it() -> None:
    rule = load_scenarios()["fsync-punch-neighbour"].documented[Kind.NOT_DURABLE]
    assert rule.excuses(["-: a further fsync has returned, old data at file offset 0x840 is never flushed"])
