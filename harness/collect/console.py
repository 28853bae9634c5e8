# SPDX-License-Identifier: GPL-2.0-only
"""Lines of a console or kmsg log, freed from time stamps, control characters and what the lab itself printed."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# What the lab's init and modules print: never a finding about the kernel.
LAB = ("lab: ", "interleave: ", "dirty_tags: ", "durability: ")
LONGEST = 2000  # characters kept of a line: the kernel's own limit is about 1000 (LOG_LINE_MAX)

ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]{0,32}[@-~]|\][^\x07\x1b\n]{0,256}(?:\x07|\x1b\\)|[@-Z\\^_=>])")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]+")
BLANKS = re.compile(r"\n{2,}")  # the kernel's own empty lines carry a time stamp
# "<4>", "[    1.234567] ", CONFIG_PRINTK_CALLER's "[   T83]", or a /dev/kmsg record's "4,123,1234567,-;"
STAMP = re.compile(
    r"(?:<\d{1,3}>)?(?:\[ {0,8}\d{1,9}\.\d{6}\](?:\[ {0,5}[TC]\d{1,7}\])? ?|\d{1,3},\d+,\d+,[^;\n]{1,64};)?"
)
TIME = re.compile(r"\[ {0,8}(\d{1,9}\.\d{6})\]")
# A program's unfinished line, and the kernel's behind it.
SPLICE = re.compile(r"(?<=.)(?=\[ {0,4}\d{1,5}\.\d{6}\] )")


class Line(NamedTuple):
    """``text`` is the line as it stands in the log, ``body`` what the kernel printed."""

    text: str
    body: str


def decoded(raw: bytes) -> str:
    """A log file's bytes as text; what is no UTF-8 is replaced, so that every log can be read."""
    return raw.decode("utf-8", "replace")


def kernel_lines(log: str) -> list[Line]:
    """The log's lines without the lab's own. Takes linear time for any input."""
    return [line for line in _lines(log) if not line.body.startswith(LAB)]


def lab_lines(log: str) -> list[str]:
    """What the lab printed, without time stamps."""
    return [line.body for line in _lines(log) if line.body.startswith(LAB)]


def behind(log: str, seconds: float) -> list[str]:
    """The log's lines with a time stamp later than ``seconds`` since the boot: what a dead guest could not tell."""
    stamped = ((line.text, TIME.search(line.text)) for line in _lines(log))
    return [text for text, stamp in stamped if stamp and float(stamp[1]) > seconds]


def _lines(log: str) -> Iterator[Line]:
    for text in _plain(log).split("\n"):
        yield from _pieces(text[:LONGEST])


def _plain(log: str) -> str:
    text = ESCAPE.sub("", log) if "\x1b" in log else log
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return BLANKS.sub("\n", CONTROL.sub("", text)).strip("\n")


def _pieces(text: str) -> Iterable[Line]:
    line = _line(text)
    if "." not in line.body or line.body.startswith(LAB) or not SPLICE.search(line.body):
        return (line,)
    return [_line(piece) for piece in SPLICE.split(text) if piece]


def _line(text: str) -> Line:
    stamp = STAMP.match(text)
    return Line(text, text[stamp.end() :] if stamp else text)
