# SPDX-License-Identifier: GPL-2.0-only
"""The list of what the host must have (packages.yaml) and what of it is there."""

import re
import shutil
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from harness import process
from harness.errors import LabError

LIST = Path(__file__).with_name("packages.yaml")
INCLUDE_FOLDERS = ("/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/local/include")
LIBRARY_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib")
KINDS = ("program", "static", "header", "library", "file")
# Where the loader of a dynamic program is named; a static one names none.
HEAD = 4096
LOADER = b"/ld-linux"

Purpose = Literal["build", "image", "guest", "check"]
RUNNING: tuple[Purpose, ...] = ("build", "image", "guest")


@dataclass(frozen=True)
class Need:
    """One thing the host must have; ``least`` is a version or empty."""

    kind: str
    name: str
    package: str
    why: str
    purpose: str
    least: str = ""


@dataclass(frozen=True)
class Found:
    """What became of a need: ``place`` is empty if it is not there, ``version`` if nobody asks for one."""

    need: Need
    place: str
    version: str = ""

    @property
    def fine(self) -> bool:
        """Whether it is there and new enough."""
        return bool(self.place) and at_least(self.version, self.need.least)


@cache
def needs() -> tuple[Need, ...]:
    """packages.yaml."""
    import yaml

    return tuple(_need(entry) for entry in yaml.safe_load(LIST.read_text()))


def _need(entry: dict[str, str]) -> Need:
    kind = next(kind for kind in KINDS if kind in entry)
    return Need(kind, entry[kind], entry["package"], entry["why"], entry["for"], entry.get("least", ""))


def look(purposes: tuple[Purpose, ...] = RUNNING, *, versions: bool = False) -> list[Found]:
    """Looks for everything the purposes need. ``versions``: ask each program for its version, not only where one
    is too old for the lab."""
    return [_find(need, versions or bool(need.least)) for need in needs() if need.purpose in purposes]


def _find(need: Need, ask: bool) -> Found:
    place = _place(need)
    return Found(need, place, _version(place) if place and ask and need.kind == "program" else "")


def _place(need: Need) -> str:
    if need.kind == "program":
        return shutil.which(need.name) or ""
    if need.kind == "static":
        place = shutil.which(need.name)
        return place if place and is_static(Path(place)) else ""
    here = {"header": INCLUDE_FOLDERS, "library": LIBRARY_FOLDERS}.get(need.kind, ("/",))
    return next((str(path) for path in (Path(folder, need.name) for folder in here) if path.exists()), "")


def is_static(program: Path) -> bool:
    """Whether a program needs no loader, and so starts in a guest that has no libraries."""
    with program.open("rb") as stream:
        return LOADER not in stream.read(HEAD)


def _version(program: str) -> str:
    """The first thing in ``program --version`` (mkfs: -V) that looks like a version, else nothing."""
    flag = "-V" if "mkfs" in program else "--version"
    try:
        output = process.run([program, flag], check=False).stdout
    except LabError:
        return ""
    found = re.search(r"\d+(\.\d+)+", output)
    return found[0] if found else ""


def at_least(version: str, least: str) -> bool:
    """Whether dotted ``version`` is ``least`` or newer; an unknown version passes."""
    if not version or not least:
        return True
    pairs = zip_longest(*(map(int, text.split(".")) for text in (version, least)), fillvalue=0)
    return next((mine > wanted for mine, wanted in pairs if mine != wanted), True)
