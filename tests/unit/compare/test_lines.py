# SPDX-License-Identifier: GPL-2.0-only
from hypothesis import given
from hypothesis import strategies as st

from harness.compare.lines import LineMap

OLD = "a\nb\nc\nd\ne\nf\n"


def mapped(old: str, new: str) -> list[int | None]:
    lines = LineMap({"fs/dax.c": old}, {"fs/dax.c": new})
    return [lines.line("fs/dax.c", number) for number in range(1, len(old.splitlines()) + 1)]


def test_lines_behind_an_added_one_move_down() -> None:
    assert mapped(OLD, "a\nb\nnew\nc\nd\ne\nf\n") == [1, 2, 4, 5, 6, 7]


def test_a_line_that_was_removed_or_changed_is_nowhere() -> None:
    assert mapped(OLD, "a\nb\nd\nE\nf\n") == [1, 2, None, 3, None, 5]


def test_lines_added_in_front_and_at_the_end_are_counted() -> None:
    assert mapped(OLD, "0\n" + OLD + "g\n") == [2, 3, 4, 5, 6, 7]


def test_an_equal_file_keeps_its_numbers() -> None:
    assert mapped(OLD, OLD) == [1, 2, 3, 4, 5, 6]


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_every_line_is_mapped_to_an_equal_one_and_none_overtakes_another(old: list[str], new: list[str]) -> None:
    found = mapped("".join(f"{each}\n" for each in old), "".join(f"{each}\n" for each in new))
    kept = [number for number in found if number is not None]
    assert kept == sorted(set(kept))
    assert all(new[number - 1] == line for line, number in zip(old, found, strict=True) if number is not None)


def test_a_file_that_was_not_kept_keeps_its_numbers_and_is_told() -> None:
    lines = LineMap({"fs/dax.c": OLD}, {})
    assert lines.line("fs/dax.c", 4) == 4
    assert lines.line("include/linux/xarray.h", 7) == 7
    assert lines.blind == {"fs/dax.c"}
