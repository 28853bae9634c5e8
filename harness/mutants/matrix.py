# SPDX-License-Identifier: GPL-2.0-only
"""The kill matrix: what each mutant showed in each scenario, and what that says of the lab's power."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from harness.sweep.records import Kind, StressResult, SweepResult

SCHEMA = 1  # of matrix.json

State = Literal["killed", "survived", "no-compile", "no-boot", "broken"]


@dataclass(frozen=True)
class Cell:
    """One scenario swept on one mutant. ``first``: how many schedules ran until the first that failed, 0 if none did.

    ``kinds`` counts the failing schedules that show a kind; ``ran`` and ``failed`` are by number of stops, ``pruned``
    are schedules that were left out, each the equal of another.
    """

    scenario: str
    bound: int
    ran: dict[int, int]
    failed: dict[int, int]
    kinds: dict[str, int]
    first: int
    seconds: float
    complete: bool
    broken: str = ""
    pruned: int = 0

    @property
    def seconds_to_first(self) -> float | None:
        """About when the first failing schedule ended, all taken for equally long; None if none failed."""
        return self.seconds * self.first / sum(self.ran.values()) if self.first else None

    @property
    def fails_at(self) -> int | None:
        """The smallest number of stops that shows it, None if nothing failed."""
        return min((stops for stops, count in self.failed.items() if count), default=None)


@dataclass(frozen=True)
class Raced:
    """One scenario raced at random on one mutant; ``races_to_first`` is the mean that the rate gives, None if none."""

    scenario: str
    races: int
    failures: dict[str, int]
    seconds: float
    broken: str = ""

    @property
    def races_to_first(self) -> float | None:
        """Races until one fails, on average."""
        worst = max(self.failures.values(), default=0)
        return self.races / worst if worst else None

    @property
    def seconds_to_first(self) -> float | None:
        """Seconds until one fails, on average."""
        races = self.races_to_first
        return self.seconds * races / self.races if races else None


@dataclass(frozen=True)
class Row:
    """One mutant. ``killers``: scenarios that show it and not the control, strongest first."""

    name: str
    subject: str
    symptom: str
    row: str
    upstream: str
    units: tuple[str, ...]
    survives: str
    state: State
    cells: tuple[Cell, ...] = ()
    raced: tuple[Raced, ...] = ()
    killers: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()  # lines `Killed-by` that did not hold
    detail: str = ""
    seconds: float = 0.0
    filesystem: str = "ext4"

    @property
    def wrong(self) -> bool:
        """Not as its header says: a mutant that must be killed and is not means that the lab has lost its power."""
        return (
            bool(self.lost)
            or self.state not in ("killed", "survived")
            or (self.state == "survived" and not self.survives)
        )

    @property
    def needs_race(self) -> bool:
        """Killed, but by no schedule without a stop."""
        return self.state == "killed" and all(self.cell(name).fails_at for name in self.killers)

    @property
    def silent_in_stress(self) -> bool | None:
        """No race failed; None if none was run."""
        told = [each for each in self.raced if not each.broken]
        return all(not each.failures for each in told) if told else None

    def cell(self, scenario: str) -> Cell:
        """The cell of that scenario."""
        return next(cell for cell in self.cells if cell.scenario == scenario)


@dataclass(frozen=True)
class Matrix:
    """Every mutant's row, and the control's failing cells by its units. ``prune``: equal schedules were left out."""

    base: str
    release: str
    rows: tuple[Row, ...]
    control: dict[str, tuple[Cell, ...]] = field(default_factory=dict)
    seconds: float = 0.0
    schema: int = SCHEMA
    prune: bool = False

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def cell_of(result: SweepResult) -> Cell:
    """The cell that a sweep's result gives."""
    kinds: dict[str, int] = {}
    for outcome in result.outcomes:
        for kind in {violation.kind for violation in outcome.violations}:
            kinds[kind.value] = kinds.get(kind.value, 0) + 1
    return Cell(
        result.scenario, result.bound, dict(result.schedules), dict(result.failing), dict(sorted(kinds.items())),
        result.first_failing, round(result.seconds, 3), result.complete, result.broken, result.pruned,
    )  # fmt: skip


def raced_of(result: StressResult) -> Raced:
    """The part of a stress result that the matrix keeps."""
    failures = {kind.value: count for kind, count in result.failures.items() if count}
    return Raced(result.scenario, result.races, failures, round(result.seconds, 3), result.broken)


def beyond(cell: Cell, control: Cell | None) -> set[Kind]:
    """Kinds that the cell shows and the control does not: what the control shows as well, the mutant did not bring."""
    if cell.broken:
        return set()
    known = set(control.kinds) if control else set()
    return {Kind(kind) for kind in cell.kinds if kind not in known}


def strongest_first(cells: list[Cell]) -> list[Cell]:
    """By the bound that is needed, then by how soon the first schedule failed."""
    return sorted(cells, key=lambda cell: (cell.fails_at or 0, cell.first, cell.scenario))
