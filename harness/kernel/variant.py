# SPDX-License-Identifier: GPL-2.0-only
"""Switches a work tree between variants in place, touching only files whose bytes change."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.image.content import write_atomically
from harness.kernel.series import Content

STATE = ".lab-variant.json"


def switch(tree: Path, pristine: Path, wanted: Mapping[str, Content]) -> tuple[str, ...]:
    """Makes ``tree`` equal ``pristine`` with the files ``wanted``; returns the paths that changed.

    The tree remembers which files may differ before any is touched, so a killed switch is repaired by the next.
    """
    before = _remembered(tree)
    _remember(tree, {*before, *wanted})
    changed = tuple(name for name in sorted({*before, *wanted}) if put(tree / name, _goal(name, pristine, wanted)))
    _remember(tree, wanted)
    return changed


def _goal(name: str, pristine: Path, wanted: Mapping[str, Content]) -> Content:
    if name in wanted:
        return wanted[name]
    return (pristine / name).read_bytes() if (pristine / name).is_file() else None


def put(path: Path, goal: Content) -> bool:
    """Gives ``path`` the content ``goal``, only if it has another; returns whether it had."""
    if goal is None:
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed
    if path.is_file() and path.read_bytes() == goal:
        return False
    mode = path.stat().st_mode & 0o777 if path.is_file() else 0o644
    write_atomically(path, [goal])  # a rename: the pristine tree shares the old file by a hard link
    path.chmod(mode)
    return True


def _remembered(tree: Path) -> set[str]:
    try:
        return set(json.loads((tree / STATE).read_text()))
    except FileNotFoundError:
        return set()


def _remember(tree: Path, names: Iterable[str]) -> None:
    write_atomically(tree / STATE, [json.dumps(sorted(names)).encode()])
