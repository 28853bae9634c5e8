# SPDX-License-Identifier: GPL-2.0-only
"""The medium as a power cut finds it."""

from pathlib import Path

from harness.powercut.medium import PAGE, store, with_flushes
from tests.fakes.media import flush, template


def test_what_nobody_stored_to_is_the_template(tmp_path: Path) -> None:
    medium = template(tmp_path, b"abcdefgh")
    assert medium.page(0)[:8] == b"abcdefgh"
    assert medium.size == 2 << 20


def test_a_store_keeps_the_rest_of_its_page(tmp_path: Path) -> None:
    pages: dict[int, bytes] = {}
    store(pages, template(tmp_path, b"abcdefgh"), 2, b"XY")
    assert pages.keys() == {0}
    assert pages[0][:8] == b"abXYefgh"
    assert len(pages[0]) == PAGE


def test_a_store_over_the_end_of_a_page_goes_on_in_the_next(tmp_path: Path) -> None:
    pages: dict[int, bytes] = {}
    store(pages, template(tmp_path), PAGE - 2, b"1234")
    assert (pages[0][-2:], pages[1][:2]) == (b"12", b"34")


def test_the_later_of_two_flushes_wins_and_the_medium_before_stays_as_it_was(tmp_path: Path) -> None:
    before: dict[int, bytes] = {}
    after = with_flushes(before, template(tmp_path), [flush(1, 0, b"1111"), flush(2, 2, b"22")])
    assert after[0][:4] == b"1122"
    assert before == {}
