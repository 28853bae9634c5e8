# SPDX-License-Identifier: GPL-2.0-only
"""Records as the racer writes them, and kernels, points and scenarios for them: small, but of the real form."""

import json
from pathlib import Path
from typing import Any

from harness.config.scenario import Actor, Scenario
from harness.engine.subject import Subject
from harness.kernel.artefacts import Kernel
from harness.points.point import Frame, Point

STEP, STOP, RESUME, END = 0, 1, 2, 3  # enum il_event
BUILD_ID = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"
PANIC = "Kernel panic - not syncing: Fatal exception"
PLACES = [("dax_iomap_fault", 0x0), ("dax_iomap_fault", 0x2C), ("dax_insert_entry", 0x0), ("dax_insert_entry", 0x1F)]
POINTS = tuple(
    Point(index, 0xFFFFFFFF81300000 + 16 * index, function, offset, "call", "fs/dax.o",
          (Frame(function, "fs/dax.c", 100 + index),))
    for index, (function, offset) in enumerate(PLACES)
)  # fmt: skip


def scenario(
    name: str = "read-write-hole", ops: tuple[str, ...] = ("read-fault", "write-fault"), **more: Any
) -> Scenario:
    """A scenario of these operations."""
    actors = tuple(Actor(op=op) for op in ops)
    return Scenario(**{"name": name, "title": name, "prepare": "hole", "pages": 1, "bound": 1, "actors": actors} | more)


def subject(folder: Path, name: str = "stock", points: tuple[Point, ...] = POINTS) -> Subject:
    """A kernel in ``folder``; its bzImage is what the scripted QEMU is given."""
    return Subject(name, Kernel(name, "key", folder, "6.1.192", BUILD_ID), points)


def line(kind: str, **fields: Any) -> str:
    """One record, packed as the racer packs it."""
    return json.dumps({"t": kind, **fields}, separators=(",", ":"))


def start(refused: list[tuple[int, int]] | None = None) -> list[str]:
    """What a guest says before its first scenario."""
    refused = refused or []
    points = line("points", placed=len(POINTS) - len(refused), refused=refused)
    return [points, line("canary", ok=True)]


def begin(name: str = "read-write-hole", missing: str = "") -> str:
    """A scenario begins."""
    return line("scenario", name=name, missing=missing)


def passed(schedule: str) -> str:
    """A schedule that passed: a compact row."""
    return line("s", s=schedule, h="811c9dc5", b=0, f=schedule.count("#"), w="00000/")


def failed(schedule: str, *violations: tuple[str, str], **more: Any) -> str:
    """A schedule that failed, with ends and trace."""
    finished: dict[str, Any] = {"st": 0, "r": 0, "n": 0, "saw": "", "bus": [], "stk": []}
    fields: dict[str, Any] = {
        "e": [finished, finished], "v": [list(each) for each in violations], "more": 0, "tr": [],
    }  # fmt: skip
    return line("s", s=schedule, h="811c9dc5", b=0, f=schedule.count("#"), w="/", **fields | more)


def end(cover: str = "3333", why: str = "0000", complete: bool = True) -> str:
    """A scenario's coverage, a digit a point."""
    return line("end", complete=complete, run=[1, 0, 0, 0, 0], failed=[0, 0, 0, 0, 0], cover=cover, why=why)


def done(name: str = "read-write-hole", status: int = 0, signal: int = 0, now: str = "") -> str:
    """A scenario's process has ended."""
    return line("done", name=name, status=status, signal=signal, now=now, guest_seconds=0.25)


def bye(missed: int = 0) -> str:
    """The guest's last record."""
    return line("bye", missed=missed, hits=1234, base_preempt=1, status=0)


def whole(name: str = "read-write-hole") -> list[str]:
    """A scenario in which every schedule passed."""
    return [begin(name), *(passed(each) for each in ("AB", "AB A1#1", "BA", "BA B2#1")), end(), done(name)]


def boot(*records: str, last: str = "finish") -> str:
    """A script for tests/fakes/qemu: init's word, the records, and how it ends ("finish", or a script's own lines)."""
    finish = "console [    2.0] lab: job ended with status 0\nconsole [    2.1] reboot: Power down\n"
    lines = "".join(f"record {each}\n" for each in records)
    return "console [    0.5] lab: init\n" + lines + (finish if last == "finish" else last)


def panics(said: str) -> str:
    """The end of a script whose kernel panics; ``said`` by interleave.ko before ("" for nothing)."""
    words = [f"[    1.5] {PANIC}", *([f"[    1.6] interleave: {said}"] if said else [])]
    return "".join(f"console {each}\n" for each in words)
