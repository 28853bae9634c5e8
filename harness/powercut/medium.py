# SPDX-License-Identifier: GPL-2.0-only
"""Persistent memory as a power cut finds it: the template's bytes, and the pages that differ from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.image.fsdax import DATA_OFFSET

PAGE = 4096
LINE = 64  # bytes of a cache line: what reaches the medium as one
WORD = 8

Pages = dict[int, bytes]  # by number; values are never changed in place, so that copies of the dict are cheap


@dataclass(frozen=True)
class Flush:
    """Bytes that the kernel flushed to ``offset`` of the file system; ``number`` counts up; fences go by it."""

    number: int
    offset: int
    data: bytes


class Template:
    """The device before the guest was booted; offsets count from the file system's first byte."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size - DATA_OFFSET

    def page(self, number: int) -> bytes:
        """Content of a page."""
        with self.path.open("rb") as stream:
            stream.seek(DATA_OFFSET + number * PAGE)
            return stream.read(PAGE)


def store(pages: Pages, template: Template, offset: int, data: bytes) -> None:
    """Puts ``data`` at ``offset`` of the medium that ``pages`` describe."""
    while data:
        number, within = divmod(offset, PAGE)
        here = data[: PAGE - within]
        content = pages.get(number) or template.page(number)
        pages[number] = content[:within] + here + content[within + len(here) :]
        offset, data = offset + len(here), data[len(here) :]


def with_flushes(pages: Pages, template: Template, flushes: Sequence[Flush]) -> Pages:
    """A copy of ``pages`` after ``flushes``, in their order."""
    changed = dict(pages)
    for flush in flushes:
        store(changed, template, flush.offset, flush.data)
    return changed
