# SPDX-License-Identifier: GPL-2.0-only
"""Signatures of kernel trouble: one yaml file each in detectors/, its model and its loader."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from harness.config import marked
from harness.config.problems import bad_input
from harness.config.section import Section, wrong
from harness.errors import BadInput
from harness.sweep.records import Kind

FOLDER = Path(__file__).parent / "detectors"
GROUPS = frozenset({"function", "offset", "file", "line", "module", "what"})


def _pattern(text: str) -> str:
    try:
        compiled = re.compile(text)
    except re.error as error:
        raise wrong(f"`{text}` is no regular expression: {error}") from None
    if unknown := set(compiled.groupindex) - GROUPS:
        raise wrong(f"unknown group `{sorted(unknown)[0]}`; allowed are {', '.join(sorted(GROUPS))}")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class Expected(Section):
    """What must be extracted from an example."""

    title: str
    signature: str
    where: str | None = None
    lines: int = Field(description="lines of the block, its lead included")
    count: int = 1


class Example(Section):
    """A log in which the detector finds exactly one thing."""

    release: str = Field(description="kernel that printed it, or whose format it has")
    log: str
    expect: Expected


class Detector(Section):
    """One signature; ``name`` is the file's stem."""

    name: str
    kind: Kind
    title: str = Field(description="{function}, {file}, {line}, {what} are taken from `start` and the trace")
    contains: tuple[str, ...] = Field(min_length=1, description="texts of which a first line has at least one")
    start: Pattern = Field(description="regular expression that a block's first line begins with")
    ends: Pattern = Field(description="`line`: with its first line; `trace`: with its call trace; else an expression")
    inside: Pattern | None = Field(default=None, description="first lines of other signatures that belong to this one")
    last_resort: bool = Field(default=False, description="asked only where no other signature fits")
    interrupts: bool = Field(default=True, description="false: the trace is the interrupted task's alone")
    longest: int = Field(default=250, ge=1, le=2000, description="lines")
    examples: tuple[Example, ...] = Field(min_length=1)

    def opens(self, body: str) -> re.Match[str] | None:
        """The match if ``body`` is a first line of this signature."""
        return re.match(self.start, body) if _holds_any(body, self.contains) else None


Opening = tuple[Detector, re.Match[str]]


class Signatures:
    """Several detectors, asked at once: most lines are told off by their text before any expression is tried."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self.detectors = tuple(detectors)
        self._starts = [(detector, detector.contains, re.compile(detector.start).match) for detector in detectors]
        self._texts = tuple(sorted({text for detector in detectors for text in detector.contains}))

    def opening(self, body: str) -> Opening | None:
        """The first detector that begins with this line, and how it matched."""
        if not _holds_any(body, self._texts):
            return None
        for detector, texts, match in self._starts:
            if _holds_any(body, texts) and (found := match(body)):
                return detector, found
        return None


def _holds_any(body: str, texts: Sequence[str]) -> bool:
    for text in texts:  # noqa: SIM110 - a generator in any() costs more than the search itself
        if text in body:
            return True
    return False


def files() -> list[Path]:
    """The lab's own, in order: what a log was read by."""
    return sorted(FOLDER.glob("*.yaml"))


@cache
def detectors(folder: Path = FOLDER) -> tuple[Detector, ...]:
    """Every signature of a folder, by name, those of last resort last. Raises BadInput."""
    found = [load_detector(path) for path in sorted(folder.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda detector: detector.last_resort))


def load_detector(path: Path) -> Detector:
    """One signature's file. Raises BadInput naming file, line and key."""
    document = marked.read(path)
    if not isinstance(document.data, dict):
        raise BadInput(f"{path}:1: must be keys with values: docs are harness/collect/detector.py")
    try:
        return Detector.model_validate({**document.data, "name": path.stem})
    except ValidationError as error:
        raise bad_input(document, error) from None
