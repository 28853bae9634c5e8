# SPDX-License-Identifier: GPL-2.0-only
"""A scenario: what the actors do to one small file, and what must hold whatever the order. One file each."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from harness.config.releases import Releases, within
from harness.config.section import Expression, Names, Section, wrong
from harness.sweep.records import Kind

# What a guest's NVDIMM is made into; "xfs-reflink" can share blocks between files, which DAX bears with from 6.0 on.
FileSystem = Literal["ext4", "xfs", "xfs-reflink"]
# Where pages of 2 MiB are mapped: another image of the same file system. That of ext4 does for both sizes.
ALIGNED = {"xfs": "xfs-aligned", "xfs-reflink": "xfs-reflink-aligned"}
MAX_BOUND = 2
MAX_PAGES = 4  # PAGES_MAX of guest-tests/racer/racer.h


def driver(filesystem: str) -> str:
    """The kernel's name of a `FileSystem` or of an image: ``"xfs"`` for ``"xfs-reflink"``."""
    return filesystem.partition("-")[0]


class Actor(Section):
    """One actor's operation (a name in the racer's table) on ``pages`` pages from ``page`` on, counted in the
    scenario's page size."""

    op: str = Field(pattern="^[a-z][a-z0-9-]*$")
    page: int = Field(default=0, ge=0, le=MAX_PAGES - 1)
    pages: int = Field(default=1, ge=1, le=MAX_PAGES)


class Told(Section):
    """Violations, by what their sentences say."""

    says: Expression = Field(default="", description="a regular expression that a violation's sentence has to hold")

    def tells_of(self, sentence: str) -> bool:
        """Whether it is about a violation with this sentence."""
        return bool(re.search(self.says, sentence))


class Behaviour(Told):
    """Why violations of one kind are no news.

    With ``within`` only those of schedules whose every stop lies in one of these functions (inlined ones too): a stop
    elsewhere may be what mattered. ``bound`` is the fewest stops that the behaviour takes, by default one where there
    is a ``within``; ``raceless`` is the same as ``bound: 0``. With ``says`` every violation of that kind in a schedule
    has to hold it. A kernel with one of the series ``fixed_by`` is excused nothing, or no violation whose sentence
    holds ``fixed_says`` (`harness.config.fixes`).
    """

    reason: str = Field(min_length=1)
    within: Names = ()
    raceless: bool = False
    bound: int | None = Field(default=None, ge=0, le=MAX_BOUND, description="fewest stops of a schedule that it covers")
    kernels: Releases | None = Field(default=None, description="releases it is about, as `>=5.3 <6.13`; default: all")
    fixed_by: Names = Field(default=(), description="series with which a kernel must not show it, as dax-fsync-waits")
    fixed_says: Expression = Field(default="", description="sentences of what these mend, where it is not all of it")

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if self.raceless and self.bound:
            raise wrong(f"`raceless` needs no stop, and `bound` is {self.bound}: leave one of them out")
        if self.fixed_says and not self.fixed_by:
            raise wrong("`fixed_says` is about what `fixed_by` mends: name the series, or leave it out")
        return self

    @property
    def fewest(self) -> int:
        """Stops that a schedule has at least for this to be its cause."""
        return self.bound if self.bound is not None else int(bool(self.within) and not self.raceless)

    @property
    def everywhere(self) -> bool:
        """Whether neither stops nor sentences matter, so that random races can be told too."""
        return not self.within and not self.fewest and not self.says and not self.fixed_says

    def holds_for(self, release: str) -> bool:
        """Whether it is about a kernel of this release (``"6.1.192"``)."""
        return within(self.kernels, release)

    def covers(self, stops: Sequence[frozenset[str]]) -> bool:
        """Whether it is about a schedule; ``stops`` are the functions that each of its stops lies in."""
        if len(stops) < self.fewest:
            return False
        return not self.within or all(names & set(self.within) for names in stops)

    def excuses(self, sentences: Iterable[str]) -> bool:
        """Whether it is about all of these violations, none of which is of those that ``fixed_says`` names."""
        return all(self.tells_of(each) and not self._mended(each) for each in sentences)

    def _mended(self, sentence: str) -> bool:
        return bool(self.fixed_says) and bool(re.search(self.fixed_says, sentence))


def _behaviour(value: Any) -> Any:
    return {"reason": value} if isinstance(value, str) else value


Documented = Annotated[Behaviour, BeforeValidator(_behaviour, json_schema_input_type=str | Behaviour)]


class Scenario(Section):
    """guest-tests/scenarios/NAME.yaml; ``name`` is the file's stem."""

    name: str
    title: str
    guards: Names = Field(default=(), description="kernel commits this scenario guards")
    prepare: Literal["hole", "read", "written", "synced", "unwritten", "full", "full-written", "cloned"]
    pages: int = Field(default=2, ge=1, le=MAX_PAGES, description="pages of the file, in pages of `size`")
    map: Literal["shared", "private"] = "shared"
    mapping: Literal["own", "shared"] = Field(default="own", description="whether all actors work in one mapping")
    actors_as: Literal["threads", "processes"] = "threads"
    size: Literal["4K", "2M"] = "4K"
    mount: Literal["ext4-dax", "xfs-dax", "xfs-reflink-dax"] | None = Field(
        default=None, description="file system it is run on; default: that of the guest, `filesystem` in lab.yaml"
    )
    units: Names = Field(
        default=(),
        description="source files it is about, if not of DAX: run by default where points are taken from one",
    )
    bound: int = Field(default=1, ge=0, le=MAX_BOUND, description="preemptive stops, over all actors")
    actors: tuple[Actor, ...] = Field(min_length=2, max_length=4)
    checks: tuple[Literal["tags", "durable"], ...] = ()
    documented: dict[Kind, Documented] = Field(default={}, description="kind of violation -> why it is no news")
    idle: Releases | None = Field(
        default=None, description="releases on which no actor passes a point while another could run, as `>=6.12`"
    )

    def at_most(self, bound: int) -> Self:
        """The same with no more stops than that."""
        return self.model_copy(update={"bound": min(self.bound, bound)})

    @model_validator(mode="after")
    def _within_the_file(self) -> Self:
        for letter, actor in zip("ABCD", self.actors, strict=False):
            if actor.page + actor.pages > self.pages:
                raise wrong(f"actor {letter} reaches page {actor.page + actor.pages}, the file has {self.pages}")
        return self

    @model_validator(mode="after")
    def _threads_in_one_mapping(self) -> Self:
        if self.mapping == "shared" and self.actors_as == "processes":
            raise wrong("processes have mappings of their own: `mapping: shared` goes with `actors_as: threads`")
        return self

    def filesystem(self, otherwise: str) -> str:
        """A `FileSystem`: what it is run on; ``otherwise``, the guest's, where it names no mount."""
        return self.mount.removesuffix("-dax") if self.mount else otherwise

    def image(self, otherwise: str) -> str:
        """What its guest's NVDIMM is made into: filesystem(), for pages of 2 MiB with blocks that they can map."""
        named = self.filesystem(otherwise)
        return ALIGNED.get(named, named) if self.size == "2M" else named
