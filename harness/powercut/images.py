# SPDX-License-Identifier: GPL-2.0-only
"""Crash images as files: the file system alone, without the namespace's info block, so that no kernel uses DAX on it.

Behind the file system there is room for a stamp, which the guest reads back: a kernel numbers its pmem devices as it
likes, and what is said of one image must never be booked to another.
"""

from pathlib import Path

from harness.errors import LabBroke
from harness.image.fsdax import DATA_OFFSET
from harness.image.pmem import fresh_copy
from harness.powercut.medium import PAGE, WORD, Pages, Template

CHUNK = 2 << 20
TAIL = 2 << 20  # bytes behind the file system; a module's size is a multiple of 2 MiB
OLD = 0x0A0D  # the upper half of old_value() in guest-tests/racer/ops.c
STORED = range(0x81, 0x85)  # the lowest byte of stored_value()


def bare_template(template: Template, path: Path) -> Path:
    """The template's file system as a file of its own, holes kept."""
    with template.path.open("rb") as source, path.open("wb") as target:
        target.truncate(template.size + TAIL)
        for at in range(0, template.size, CHUNK):
            source.seek(DATA_OFFSET + at)
            data = source.read(CHUNK)
            if data.strip(b"\0"):
                target.seek(at)
                target.write(data)
    return path


def write_image(bare: Path, pages: Pages, path: Path, stamp: int) -> Path:
    """The medium as ``pages`` describe it."""
    fresh_copy(bare, path)
    with path.open("r+b") as stream:
        for number, content in sorted(pages.items()):
            stream.seek(number * PAGE)
            stream.write(content)
        stream.seek(-WORD, 2)
        stream.write(stamp.to_bytes(WORD, "little"))
    return path


def compare(image: Path, template: Template, pages: Pages) -> None:
    """Holds what a guest's memory really has against what its tape says, once all that was to be flushed is.

    They may differ in stores of the actors that nobody flushed. Raises LabBroke for anything else: something reached
    the medium by a way that no probe saw, so that no image can be trusted.
    """
    with image.open("rb") as real, template.path.open("rb") as before:
        for at in range(0, template.size, CHUNK):
            real.seek(DATA_OFFSET + at)
            before.seek(DATA_OFFSET + at)
            said = bytearray(before.read(CHUNK))
            for number in range(at // PAGE, (at + len(said)) // PAGE):
                if number in pages:
                    said[number * PAGE - at : number * PAGE - at + PAGE] = pages[number]
            found = real.read(len(said))
            if found != said:
                _explain(found, bytes(said), at)


def _explain(found: bytes, said: bytes, base: int) -> None:
    for at in range(0, len(found), WORD):
        if found[at : at + WORD] != said[at : at + WORD] and not is_store(found[at : at + WORD]):
            raise LabBroke(
                f"the tape does not hold all that reached the medium: at {base + at:#x} there is "
                f"{found[at : at + WORD].hex()}, the tape says {said[at : at + WORD].hex()}"
            )


def is_store(word: bytes) -> bool:
    """Whether an actor may have stored this, by a mapping."""
    value = int.from_bytes(word, "little")
    return value >> 48 == OLD or (value & 0xFF in STORED and value >> 48 == 0)
