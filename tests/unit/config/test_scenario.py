# SPDX-License-Identifier: GPL-2.0-only
"""What a scenario asks of its guest."""

from typing import get_args

import pytest

from harness.config.scenario import ALIGNED, FileSystem, driver
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
