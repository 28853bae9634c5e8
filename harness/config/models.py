# SPDX-License-Identifier: GPL-2.0-only
"""lab.yaml as frozen models: kernels, guests, scenarios, experiment."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from harness.config.scenario import MAX_BOUND, Actor, FileSystem, Scenario
from harness.config.section import ExistingPath, Names, Repo, Section, Size, Span, unknown_name, wrong
from harness.config.series import Expectation, Series
from harness.config.units import bytes_of, seconds_of

__all__ = [
    "Actor", "DebSource", "DebianSource", "Expectation", "Experiment", "GitSource", "GuestSpec", "KernelSpec", "Lab",
    "MailPatches", "Nvdimm", "PatchSet", "Points", "RangePatches", "Scenario", "ScenarioChoice", "Series", "Source",
    "Stress", "TarballSource", "TreeSource",
]  # fmt: skip


class DebianSource(Section):
    """A Debian package such as linux-source-6.1, or the first of ``fallback`` that can be had.

    With ``release`` they come from that release; linux-source is the newest kernel that it has.
    """

    debian: str = Field(pattern=r"^linux-source(-\d+\.\d+)?$", description="Debian package, as linux-source-6.1")
    release: str | None = Field(
        default=None,
        pattern=r"^[a-z]+(-[a-z]+)*$",
        description="Debian's release, as bullseye, trixie-backports or sid",
    )
    fallback: Names = Field(default=(), description="packages to take, in this order, where the first cannot be had")

    @model_validator(mode="after")
    def _newest_of_a_release(self) -> "DebianSource":
        if not self.release and "linux-source" in (self.debian, *self.fallback):
            raise wrong("`linux-source` is the newest kernel of a release: name the `release`, as trixie-backports")
        return self


class DebSource(Section):
    """A local linux-source .deb file."""

    deb: ExistingPath


class TarballSource(Section):
    """A local kernel tarball and its checksum."""

    tarball: ExistingPath
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="64 hex digits, as sha256sum prints them")


class TreeSource(Section):
    """An unpacked kernel tree; it is copied, never built in."""

    tree: ExistingPath


class GitSource(Section):
    """A commit, tag or branch of a git repository, or its checkout as it is."""

    git: Repo = Field(description="URL, or a clone on this machine; nothing of it is changed")
    ref: str = Field(default="", description="default: the base-commit that the patches name, else HEAD")
    checkout: bool = Field(default=False, description="the files as they are now, uncommitted changes included")

    @model_validator(mode="after")
    def _one_state(self) -> "GitSource":
        if self.checkout and self.ref:
            raise wrong("`checkout` is the tree as it is now: leave out `ref`")
        return self


SOURCES: dict[str, type[Section]] = {
    "debian": DebianSource, "deb": DebSource, "tarball": TarballSource, "tree": TreeSource, "git": GitSource,
}  # fmt: skip


def _source_kind(value: Any) -> str | None:
    """Which source a mapping means is told by the one key that only that source has."""
    for kind, model in SOURCES.items():
        if isinstance(value, model) or (isinstance(value, dict) and kind in value):
            return f"<{kind}>"  # no word of a yaml file, so that it is told apart from keys in an error's location
    return None


Source = Annotated[
    Annotated[DebianSource, Tag("<debian>")]
    | Annotated[DebSource, Tag("<deb>")]
    | Annotated[TarballSource, Tag("<tarball>")]
    | Annotated[TreeSource, Tag("<tree>")]
    | Annotated[GitSource, Tag("<git>")],
    Discriminator(
        _source_kind,
        custom_error_type="source_kind",
        custom_error_message="no kind of source; write one of debian, deb, tarball, tree, git",
    ),
]


class RangePatches(Section):
    """The commits of a range, as `git format-patch` has them."""

    range: str = Field(description="BASE..TIP, looked up in `history`, else in the git source")


class MailPatches(Section):
    """A series on a mailing list."""

    message: str = Field(description="message id of one of its mails; b4 fetches it")
    version: str | None = Field(default=None, pattern=r"^v[1-9]\d*$", description="as v2; default: the newest")


def _patch_kind(value: Any) -> str:
    if isinstance(value, RangePatches) or (isinstance(value, dict) and "range" in value):
        return "<range>"
    return "<message>" if isinstance(value, MailPatches | dict) else "<path>"


PatchSet = Annotated[
    Annotated[RangePatches, Tag("<range>")]
    | Annotated[MailPatches, Tag("<message>")]
    | Annotated[ExistingPath, Tag("<path>")],
    Discriminator(_patch_kind),
]


OWN_KEYS = {"CC": "cc", "LD": "ld", "HOSTCFLAGS": "hostcflags"}
LABS = ("ARCH", "KCFLAGS", "LOCALVERSION", "M", "O", "V")  # without these being as they are the lab finds nothing


class KernelSpec(Section):
    """One kernel: built from ``source`` with patches, or taken prebuilt from the folder ``build``."""

    source: Source | None = None
    build: ExistingPath | None = Field(default=None, description="folder with vmlinux, bzImage, .config of a kernel")
    series: str | None = Field(default=None, description="patches to apply: a folder under patches/")
    version: str | None = Field(default=None, description="version of the series; default: the newest")
    patches: tuple[PatchSet, ...] = Field(default=(), description="beside the series: files, folders, mboxes, commits")
    revert: Names = Field(default=(), description="commits to take back, ids or tags")
    history: Repo | None = Field(default=None, description="clone in which commits are looked up; default: the source")
    config: Names = Field(default=(), description="further config fragments, by name or path")
    debug: tuple[Literal["lockdep", "atomic-sleep", "kasan"], ...] = ()
    toolchain: str | None = Field(default=None, description="one of harness/kernel/toolchains.yaml, by name")
    cc: str | None = Field(default=None, description="compiler, as gcc-11 or clang-14; default: gcc, or LLVM's")
    ld: str | None = Field(
        default=None, description="linker, with its flags; default: ld, with what an old kernel needs"
    )
    hostcflags: str | None = Field(default=None, description="flags of the programs that the build runs")
    make: dict[str, str] = Field(default={}, description="further make variables, as LLVM: -14")

    @field_validator("make")
    @classmethod
    def _free_variables(cls, make: dict[str, str]) -> dict[str, str]:
        for name in make:
            if name in OWN_KEYS:
                raise wrong(f"`{name}` has a key of its own: write `{OWN_KEYS[name]}: {make[name]}` beside `make`")
            if not re.fullmatch("[A-Z][A-Z0-9_]*", name) or name in LABS or name.startswith("KBUILD_BUILD_"):
                raise wrong(f"`{name}` cannot be set: it is no make variable, or one that the lab sets itself")
        return make

    @model_validator(mode="after")
    def _one_origin(self) -> "KernelSpec":
        if (self.source is None) == (self.build is None):
            raise wrong("a kernel has either `source` (to build it) or `build` (a built tree), exactly one of them")
        built_only = [
            name
            for name in (
                "series",
                "version",
                "patches",
                "revert",
                "config",
                "debug",
                "toolchain",
                "ld",
                "hostcflags",
                "make",
            )
            if getattr(self, name)
        ]
        if self.build and built_only:
            raise wrong(f"a prebuilt kernel (`build`) cannot take `{built_only[0]}`: give it a `source` instead")
        if self.version and not (self.series or self.patches):
            raise wrong("`version` is the version of a series: name the `series` too, or `patches`")
        if not (self.history or isinstance(self.source, GitSource)):
            by_commit = [each.range for each in self.patches if isinstance(each, RangePatches)]
            if self.revert or by_commit:
                raise wrong(f"`{(*self.revert, *by_commit)[0]}`: the source is no git repository: name a `history`")
        return self


class Nvdimm(Section):
    """The guest's persistent memory; ``size`` is that of one module."""

    size: Size = "128M"
    count: int = Field(default=1, ge=1, le=4)

    @property
    def size_bytes(self) -> int:
        """Bytes of one module."""
        return bytes_of(self.size)

    @field_validator("size")
    @classmethod
    def _alignable(cls, size: str) -> str:
        if bytes_of(size) % (2 << 20) or bytes_of(size) < (16 << 20):
            raise wrong("an NVDIMM's size is a multiple of 2M, at least 16M")
        return size


class GuestSpec(Section):
    """One kind of virtual machine."""

    memory: Size = "512M"
    cpus: int = Field(default=1, ge=1, le=64)
    nvdimm: Nvdimm = Nvdimm()
    machine: str = "pc"
    filesystem: FileSystem = "ext4"

    @property
    def memory_bytes(self) -> int:
        """Bytes of ordinary memory."""
        return bytes_of(self.memory)


class SweepGuest(GuestSpec):
    """The guest of a sweep: its CPU's count of instructions is its clock."""

    cpus: int = Field(default=1, json_schema_extra={"const": 1})

    @field_validator("cpus")
    @classmethod
    def _one_cpu(cls, cpus: int) -> int:
        if cpus != 1:
            raise wrong(f"a sweep has one virtual CPU, so that schedules are exact: write 1 or nothing, not {cpus}")
        return cpus


class Guests(Section):
    """The guests of both modes."""

    sweep: SweepGuest = SweepGuest()
    stress: GuestSpec | None = Field(default=None, description="default: as many CPUs as `experiment.stress` says")


class ScenarioChoice(Section):
    """A scenario by name; ``bound`` overrides the one in its file."""

    name: str
    bound: int | None = Field(default=None, ge=0, le=MAX_BOUND)


def _choice(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _choices(value: Any) -> Any:
    if isinstance(value, str) and value != "all":
        raise wrong(f"`{value}` is neither `all` nor a list; write `all` or a list of scenario names")
    return [] if value == "all" else value


# "all" is the empty tuple: no list that a person would write is empty, and one type is enough for who reads it.
ScenarioChoices = Annotated[
    tuple[Annotated[ScenarioChoice, BeforeValidator(_choice, json_schema_input_type=str | ScenarioChoice)], ...],
    BeforeValidator(_choices, json_schema_input_type=Literal["all"] | tuple[str | ScenarioChoice, ...]),
]


class Points(Section):
    """Where an actor can be preempted; ``units`` are source files beside those that the series touches."""

    granularity: Literal["calls", "instructions"] = "calls"
    units: Names = ()


class Stress(Section):
    """The complement on several CPUs: random timing, no probes."""

    races: int = Field(default=2000, ge=0, description="races a scenario; 0 leaves stress out")
    seconds: int = Field(
        default=10, ge=1, description="that a scenario's races may take on a kernel: slow ones end there"
    )
    cpus: int = Field(default=2, ge=1, le=64)


class Experiment(Section):
    """Two kernels and what must differ between them."""

    without: str = Field(description="the kernel without the patch, a key of `kernels`")
    with_: str = Field(alias="with", description="the kernel with the patch, a key of `kernels`")
    expect: Literal["series"] = Field(default="series", description="what series.yaml of either kernel expects")
    budget: Span = "30m"
    coverage_floor: float = Field(default=0.95, ge=0, le=1)
    points: Points = Points()
    stress: Stress = Stress()

    @property
    def budget_seconds(self) -> float:
        """The time budget in seconds."""
        return seconds_of(self.budget)


class Lab(Section):
    """The whole of lab.yaml."""

    kernels: dict[str, KernelSpec] = Field(min_length=1)
    guests: Guests = Guests()
    scenarios: ScenarioChoices = ()
    experiment: Experiment

    @field_validator("experiment")
    @classmethod
    def _kernels_exist(cls, experiment: Experiment, info: Any) -> Experiment:
        kernels = list(info.data.get("kernels", {}))
        for key, name in (("without", experiment.without), ("with", experiment.with_)):
            if kernels and name not in kernels:
                raise unknown_name("kernel", name, kernels, key)
        if experiment.without == experiment.with_:
            raise wrong(f"`without` and `with` are both `{experiment.with_}`: name two kernels")
        return experiment

    def guest(self, mode: Literal["sweep", "stress"]) -> GuestSpec:
        """The guest for a mode; its defaults where lab.yaml says nothing (stress: as many CPUs as it asks for)."""
        if mode == "sweep":
            return self.guests.sweep
        return self.guests.stress or GuestSpec(cpus=self.experiment.stress.cpus)

    def kernel(self, side: Literal["without", "with"]) -> tuple[str, KernelSpec]:
        """Name and specification of one side of the experiment."""
        name = self.experiment.without if side == "without" else self.experiment.with_
        return name, self.kernels[name]

    @property
    def all_scenarios(self) -> bool:
        """Whether every scenario there is was chosen."""
        return not self.scenarios
