# SPDX-License-Identifier: GPL-2.0-only
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.harmless import harmless, storable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://x\x1b\\y", "y"),
        ("\x1b", "\\x1b"),
        ("a\x00b", "a\\x00b"),
        ("a\rb\x08", "a\\x0db\\x08"),
        ("tab\tline\n", "tab\tline\n"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("\u202eevil", "\\u202eevil"),
        ("\x9b31m", "\\x9b31m"),
        ("Grüße 日本", "Grüße 日本"),
    ],
)
def test_what_could_act_is_shown_instead(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text(st.characters()))
def test_nothing_is_left_that_a_terminal_would_obey(text: str) -> None:
    shown = harmless(text)
    assert not any(
        (ord(character) < 0x20 and character not in "\n\t") or 0x7F <= ord(character) < 0xA0 for character in shown
    )
    shown.encode()


@given(st.text(st.characters()))
def test_what_is_stored_is_utf8(text: str) -> None:
    storable(text).encode()


def test_what_utf8_can_hold_is_stored_as_it_is() -> None:
    assert storable("a\x00\x1b日\n") == "a\x00\x1b日\n"
