# SPDX-License-Identifier: GPL-2.0-only
"""Patches in files: one patch, a folder of them in the order of their names, or an mbox."""

import re
from pathlib import Path

from harness import folders
from harness.errors import BadInput
from harness.image.content import digest, write_atomically
from harness.kernel.patches.mail import DIFF, Mail, mails, series_of, version_number

KIND = "patches"
FROM = re.compile(r"^From \S+ .*\d\d:\d\d:\d\d \d{4}", re.M)
SUFFIXES = (".patch", ".diff")
BOXES = (".mbox", ".mbx")


def patches(path: Path, version: str | None = None) -> tuple[Path, ...]:
    """Patch files in order. ``version``: of a series in an mbox ("v2"), else the newest. Raises BadInput."""
    if path.is_dir():
        return _folder(path)
    text = _read(path)
    if path.suffix in BOXES or len(FROM.findall(text)) > 1:
        return kept(series_of(mails(path), str(path), version_number(version, str(path))))
    if not DIFF.search(text):
        raise BadInput(f"{path}: no patch: no `--- a/FILE` and `+++ b/FILE` in it")
    return (path,)


def kept(series: list[Mail]) -> tuple[Path, ...]:
    """The patches as files in the cache."""
    return kept_texts([(mail.file, mail.text) for mail in series])


def kept_texts(files: list[tuple[str, str]]) -> tuple[Path, ...]:
    """The same for names and texts."""
    folder = folders.cache() / KIND / digest(*(part for file in files for part in file))
    return tuple(write_atomically(folder / name, [text.encode()]) for name, text in files)


def _folder(folder: Path) -> tuple[Path, ...]:
    found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and "cover-letter" not in path.name)
    if not found:
        raise BadInput(f"{folder}: holds no patch (*.patch, *.diff)")
    return tuple(found)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError as error:
        raise BadInput(f"{path}: the patch cannot be read: {error.strerror}") from None
