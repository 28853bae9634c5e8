# SPDX-License-Identifier: GPL-2.0-only
"""Points as a JSON file, kept beside the kernel they belong to."""

import json
import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from harness.errors import LabBroke
from harness.points.point import Frame, Point

FORMAT = 1  # raised when points of the same vmlinux would come out otherwise
KEYS = [field.name for field in fields(Point) if field.name != "frames"]


def dumps(points: Sequence[Point]) -> str:
    """One line a point; the same points give the same text."""
    rows = [[getattr(point, key) for key in KEYS] + [_frames(point)] for point in points]
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    return f'{{"format":{FORMAT},"keys":{json.dumps([*KEYS, "frames"])},"points":[\n{lines}\n]}}\n'


def save(points: Sequence[Point], path: Path) -> None:
    """Writes the points, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(dumps(points))
    draft.replace(path)


def load(path: Path) -> list[Point]:
    """What ``save`` wrote. Raises LabBroke for a file of another format or a damaged one, OSError if it is missing."""
    try:
        content = json.loads(path.read_text())
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}, not {FORMAT}")
        return [_point(row) for row in content["points"]]
    except (ValueError, KeyError, TypeError) as error:
        raise LabBroke(f"{path} does not hold points ({error}): delete it, it is made again") from None


def _frames(point: Point) -> list[list[Any]]:
    return [[frame.function, frame.file, frame.line] for frame in point.frames]


def _point(row: list[Any]) -> Point:
    *plain, frames = row
    return Point(**dict(zip(KEYS, plain, strict=True)), frames=tuple(Frame(*frame) for frame in frames))
