# SPDX-License-Identifier: GPL-2.0-only
"""guest-tests/pairs.yaml: what is known of pairs of operations, triples worth a run, and what cannot be run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from harness import folders
from harness.config import marked
from harness.config.loader import no_series, series_names
from harness.config.operations import operations
from harness.config.problems import bad_input, choice
from harness.config.releases import Releases, within
from harness.config.scenario import Scenario, Told
from harness.config.section import Names, Section, wrong
from harness.errors import BadInput
from harness.sweep.records import Kind

FILE = folders.PROJECT / "guest-tests" / "pairs.yaml"

Prepare = Literal["hole", "read", "written", "synced", "unwritten"]


def _operation(name: str) -> str:
    if name not in operations():
        raise wrong(f"the racer has no operation `{name}`{choice(name, operations())}")
    return name


def _series(name: str) -> str:
    if name not in series_names():
        raise wrong(no_series(name))
    return name


Operation = Annotated[str, AfterValidator(_operation)]
SeriesName = Annotated[str, AfterValidator(_series)]


class Where(Section):
    """Scenarios, by what they are. What is left out covers all."""

    one: tuple[Operation, ...] = Field(default=(), description="operations, one of which some actor does")
    other: tuple[Operation, ...] = Field(default=(), description="... and one of which another actor does")
    prepare: tuple[Prepare, ...] = ()
    map: tuple[Literal["shared", "private"], ...] = ()
    actors_as: tuple[Literal["threads", "processes"], ...] = ()
    size: tuple[Literal["4K", "2M"], ...] = ()
    filesystem: tuple[Literal["ext4", "xfs"], ...] = ()
    reason: str = Field(min_length=1)

    def covers(self, scenario: Scenario, filesystem: str) -> bool:
        """Whether it is about this scenario on this file system."""
        named = (
            (self.prepare, scenario.prepare), (self.map, scenario.map), (self.actors_as, scenario.actors_as),
            (self.size, scenario.size), (self.filesystem, filesystem),
        )  # fmt: skip
        return all(value in allowed for allowed, value in named if allowed) and self._operations(scenario)

    def _operations(self, scenario: Scenario) -> bool:
        ops = [actor.op for actor in scenario.actors]
        places = range(len(ops))
        return any(
            (not self.one or ops[i] in self.one) and (not self.other or ops[j] in self.other)
            for i in places for j in places if i != j
        )  # fmt: skip


class Apart(Where):
    """Scenarios that are not run at all, and are listed with the reason."""


class Documented(Where, Told):
    """Violations that are no news.

    One is covered if its kind is in ``kinds``, its sentence holds ``says``, and each of the schedule's stops lies in
    one of ``functions``, or with ``one_stop_is_enough`` one of several does: where the cause takes a stop elsewhere
    too, that puts the actors in order. A schedule without a stop is covered only with ``raceless``; where it needs no
    race, and no functions are named, the place of a stop says nothing, and every schedule is covered. On a kernel with
    one of the series ``fixed_by`` nothing is (`harness.config.fixes`).
    """

    kinds: tuple[Kind, ...] = Field(min_length=1)
    functions: Names = Field(default=(), description="source functions, inlined ones too")
    one_stop_is_enough: bool = False
    raceless: bool = False
    kernels: Releases = ">=5.10"
    fixed_by: tuple[SeriesName, ...] = Field(default=(), description="series with which a kernel must not show it")

    @model_validator(mode="after")
    def _some_schedule(self) -> Self:
        if not self.functions and not self.raceless:
            raise wrong("names no `functions` and is not `raceless`: it covers no schedule")
        return self

    def holds_for(self, scenario: Scenario, filesystem: str, release: str) -> bool:
        """Whether it is about this scenario on this kernel."""
        return self.covers(scenario, filesystem) and within(self.kernels, release)

    def explains(self, kind: Kind, detail: str, stops: Sequence[frozenset[str]]) -> bool:
        """Whether it covers a violation of a schedule; ``stops`` are the functions that each stop lies in."""
        if kind not in self.kinds or not self.tells_of(detail):
            return False
        if not stops or not self.functions:
            return self.raceless
        lie_there = [bool(names & set(self.functions)) for names in stops]
        return any(lie_there) if self.one_stop_is_enough else all(lie_there)


class Triple(Section):
    """Three operations on one page, and the preparations they are run on."""

    operations: tuple[Operation, Operation, Operation]
    prepare: tuple[Prepare, ...] = Field(min_length=1)
    why: str = Field(min_length=1)


class PairsFile(Section):
    """The file."""

    core: tuple[Operation, ...] = Field(default=(), description="operations of every part but `more`; none: all")
    documented: tuple[Documented, ...] = ()
    apart: tuple[Apart, ...] = ()
    triples: tuple[Triple, ...] = ()


def load_pairs_file(path: Path = FILE) -> PairsFile:
    """The file. Raises BadInput naming file, line and key."""
    document = marked.read(path)
    if not isinstance(document.data, dict):
        raise BadInput(f"{path}:1: must be keys with values: core, documented, apart, triples")
    try:
        return PairsFile.model_validate(document.data)
    except ValidationError as error:
        raise bad_input(document, error) from None
