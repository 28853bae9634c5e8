# SPDX-License-Identifier: GPL-2.0-only
from harness.compare.pace import pace_changes
from harness.compare.trials import Block


def test_the_pace_of_races_is_told_and_not_exact() -> None:
    blocks = [Block("s", kernel, 0, 128, seconds) for kernel, seconds in (("old", 0.1), ("new", 0.3)) for _ in range(4)]
    (only,) = pace_changes(blocks, "old", "new")
    assert (only.word, only.exact, round(only.ratio, 6)) == ("slower", False, 3.0)


def test_a_pace_of_few_blocks_says_nothing() -> None:
    blocks = [Block("s", "old", 0, 128, 0.1), Block("s", "new", 0, 128, 0.1)]
    assert pace_changes(blocks, "old", "new") == ()
