# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.collect.console import LONGEST, behind, decoded, kernel_lines, lab_lines


def bodies(log: str) -> list[str]:
    return [line.body for line in kernel_lines(log)]


@pytest.mark.parametrize(
    "line",
    [
        "[    1.234567] BUG: x",
        "[12345.234567] BUG: x\r",
        "[    1.234567][   T83] BUG: x",
        "[    1.234567][    C0] BUG: x",
        "<4>[    1.234567] BUG: x",
        "4,123,1234567,-;BUG: x",
        "4,123,1234567,-,caller=T83;BUG: x",
        "BUG: x",
        "\x1b[1;31mBUG: x\x1b[0m",
        "\x1b]0;title\x07BUG: x",
        "\x00BUG\x00: x\x7f",
    ],
)
def test_every_form_of_a_line_gives_what_the_kernel_printed(line: str) -> None:
    assert bodies(line) == ["BUG: x"]


def test_a_message_behind_a_program_s_unfinished_line_is_a_line_of_its_own() -> None:
    assert bodies("starting...[    1.234567] BUG: x\n") == ["starting...", "BUG: x"]


def test_blanks_at_the_beginning_stay_because_traces_have_them() -> None:
    assert bodies("[    1.234567]  f+0x1/0x2") == [" f+0x1/0x2"]


@pytest.mark.parametrize("name", ["lab", "interleave", "dirty_tags", "durability"])
def test_the_lab_s_own_lines_are_told_apart_whatever_they_quote(name: str) -> None:
    log = f"[    1.2] x\n[    1.234567] {name}: saw [    1.000000] BUG: y\nz"
    assert f"{name}: saw [    1.000000] BUG: y" in lab_lines(log)
    assert bodies(log) == ["[    1.2] x", "z"]


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert bodies(decoded(b"[    1.234567] BUG: \xff\xfe")) == ["BUG: \ufffd\ufffd"]


def test_a_line_without_end_is_cut() -> None:
    assert [len(line.text) for line in kernel_lines("x" * 10_000_000)] == [LONGEST]


def test_what_is_behind_a_time_are_the_lines_that_are_stamped_later() -> None:
    log = (
        "SeaBIOS\n[    1.500000] one\n[    2.000000] two\nls: no such file\n[   12.000001] kernel BUG at fs/dax.c:1!\n"
    )
    assert behind(log, 1.5) == ["[    2.000000] two", "[   12.000001] kernel BUG at fs/dax.c:1!"]
    assert behind(log, 12.000001) == []
