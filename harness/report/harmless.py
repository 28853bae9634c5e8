# SPDX-License-Identifier: GPL-2.0-only
"""Guest output is hostile: nothing of it may move a cursor, colour a terminal or break a file."""

import re
import unicodedata

# CSI and OSC sequences first, so that a colour vanishes as a whole and leaves no "[31m" behind.
_SEQUENCES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")
_UNUSUAL = re.compile(r"[^\n\t\x20-\x7e]")
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def harmless(text: str) -> str:
    """``text`` with terminal sequences removed and every other control, format or lone-surrogate character as \\xNN.

    Newlines and tabs stay. Bidirectional overrides go too: they make a line read as what it is not.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNUSUAL.sub(_visible, _SEQUENCES.sub("", text))


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    if unicodedata.category(character) not in _UNSAFE:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, as surrogateescape keeps it
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def storable(text: str) -> str:
    """``text`` as UTF-8 can hold it: only lone surrogates are replaced."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
