# SPDX-License-Identifier: GPL-2.0-only
"""Which pending lines reach the medium."""

from hypothesis import given
from hypothesis import strategies as st

from harness.powercut.medium import LINE, Flush
from harness.powercut.subsets import lines, subsets
from tests.fakes.media import flush

PENDING = st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=200)), min_size=1, max_size=6).map(
    lambda given_: [Flush(number, at, data) for number, (at, data) in enumerate(given_, 1)]
)


def test_nothing_pending_leaves_one_image() -> None:
    (only,) = subsets([], "1", 4, 3)
    assert (only.name, only.pieces) == ("", ())


def test_a_flush_is_cut_at_the_bounds_of_lines() -> None:
    pieces = list(lines([flush(1, 60, bytes(range(70)))]))
    assert [(each.offset, len(each.data)) for each in pieces] == [(60, 4), (64, 64), (128, 2)]
    assert b"".join(each.data for each in pieces) == bytes(range(70))


def test_none_all_each_alone_and_random_ones() -> None:
    chosen = subsets([flush(3, 0, b"a"), flush(4, 64, b"b")], "1", 4, 2)
    assert [each.name for each in chosen] == [
        "none of the pending lines", "all pending lines", "flush 3 alone", "flush 4 alone", "random lines 1",
        "random lines 2",
    ]  # fmt: skip
    assert [[piece.number for piece in each.pieces] for each in chosen[:4]] == [[], [3, 4], [3], [4]]


def test_no_more_flushes_are_tried_alone_than_asked_for() -> None:
    chosen = subsets([flush(number, 64 * number, b"x") for number in range(20)], "1", 3, 0)
    assert sum("alone" in each.name for each in chosen) == 3


def test_a_flush_alone_brings_what_was_flushed_of_its_line_before() -> None:
    chosen = subsets([flush(1, 0, b"a"), flush(2, 8, b"b"), flush(3, 64, b"c")], "1", 4, 0)
    by_name = {each.name: [piece.number for piece in each.pieces] for each in chosen}
    assert by_name["flush 2 alone"] == [1, 2]
    assert by_name["flush 1 alone"] == [1]


def test_the_same_seed_draws_the_same_lines_and_another_others() -> None:
    pending = [flush(number, 64 * number, b"x") for number in range(40)]
    assert subsets(pending, "1", 4, 3) == subsets(pending, "1", 4, 3)
    assert subsets(pending, "1", 4, 3) != subsets(pending, "2", 4, 3)


@given(PENDING)
def test_a_line_never_gets_a_flush_without_the_earlier_ones(pending: list[Flush]) -> None:
    every = list(lines(pending))
    for subset in subsets(pending, "1", 4, 3):
        for line in {piece.offset // LINE for piece in every}:
            whole = [piece for piece in every if piece.offset // LINE == line]
            taken = [piece for piece in subset.pieces if piece.offset // LINE == line]
            assert taken == whole[: len(taken)], subset.name
