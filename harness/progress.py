# SPDX-License-Identifier: GPL-2.0-only
"""What the lab says while it works: log lines and progress, always on stderr, so that stdout stays data."""

import sys
import time
from enum import IntEnum
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import ProgressColumn, TaskID

SILENT_SECONDS = 3.0
LINE_SECONDS = 10.0


class Level(IntEnum):
    """How much is said: -q, nothing given, -v."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


_level = Level.NORMAL


def set_level(level: Level) -> None:
    """Sets how much is said from now on (the parser's -q and -v)."""
    global _level
    _level = level


def say(text: str) -> None:
    """A log line on stderr; nothing with -q."""
    if _level >= Level.NORMAL:
        print(text, file=sys.stderr, flush=True)


def detail(text: str) -> None:
    """A log line on stderr that only -v shows."""
    if _level >= Level.VERBOSE:
        print(text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Seconds as a person reads them: ``"7 s"``, ``"3 min 20 s"``, ``"2 h 05 min"``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class Progress:
    """How far a job has got: a bar with the time left on a terminal, else a plain line every ten seconds.

    Nothing is shown in the first three seconds, so that quick jobs stay quiet. ``total`` and ``done`` share any unit;
    ``total`` None means that the end is not known, nor is it once more is done than was foreseen. Of two jobs at once
    the bar is the first one's: two would tear it.
    """

    _drawn: ClassVar["Progress | None"] = None

    def __init__(self, title: str, total: float | None, quiet: bool = False) -> None:
        self.title, self.total = title, total
        self._quiet = quiet or _level < Level.NORMAL
        self._began = self._spoke = time.monotonic()
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._began = self._spoke = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()
            Progress._drawn = None

    def update(self, done: float, note: str = "") -> None:
        """Says that ``done`` of ``total`` is behind us; ``note`` is shown beside it."""
        now = time.monotonic()
        if self._quiet or now - self._began < SILENT_SECONDS:
            return
        if sys.stderr.isatty():
            self._draw(done, note)
        elif now - self._spoke >= LINE_SECONDS:
            self._spoke = now
            say(self._line(done, note, now - self._began))

    def _draw(self, done: float, note: str) -> None:
        if not self._bar and Progress._drawn:
            return
        if not self._bar:
            Progress._drawn = self
            self._bar = _new_bar(self.total is None)
            self._bar.start()
            self._task = self._bar.add_task(self.title, total=self.total, note="")
        assert self._task is not None
        if self.total is not None and done > self.total:
            self.total = None
            self._bar.columns = _columns(endless=True)
        self._bar.update(self._task, completed=done, note=note)

    def _line(self, done: float, note: str, elapsed: float) -> str:
        words = [f"{self.title}: {duration(elapsed)} gone"]
        if self.total and done <= self.total:
            words = [f"{self.title}: {100 * done / self.total:.0f} %"]
            if done > 0:
                words.append(f"about {duration(elapsed * max(0.0, self.total - done) / done)} left")
        return ", ".join([*words, note] if note else words)


def _new_bar(endless: bool) -> "RichProgress":
    from rich.console import Console
    from rich.progress import Progress as Bar

    return Bar(*_columns(endless), console=Console(stderr=True), transient=True)


def _columns(endless: bool) -> "tuple[ProgressColumn, ...]":
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    end = [TimeElapsedColumn()] if endless else [TaskProgressColumn(), TimeRemainingColumn(compact=True)]
    return (TextColumn("{task.description}"), BarColumn(), *end, TextColumn("{task.fields[note]}"))
