# SPDX-License-Identifier: GPL-2.0-only
"""Everything a run found out, in one value: what the verdict, every report and results.json are made from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict

from harness.collect.dmesg import Finding
from harness.config.scenario import Behaviour
from harness.config.series import Expectation
from harness.cost.change import Cost
from harness.points.point import Point
from harness.sweep.records import Kind, StressResult, SweepResult
from harness.verdict.verdict import Verdict

SCHEMA = 2  # of results.json; raise it with every change that an old reader would misread
READ = (1, 2)  # 1: no cost

Side = Literal["without", "with"]
Mode = Literal["sweep", "stress"]
MODES: tuple[Mode, Mode] = ("sweep", "stress")


def _read_as_in_yaml(value: Any) -> Any:
    """series.yaml's models take lists for tuples, which the strict reading of results.json does not."""
    return Expectation.model_validate(value, strict=False) if isinstance(value, dict) else value


StoredExpectation = Annotated[Expectation, BeforeValidator(_read_as_in_yaml)]


def _behaviour_as_in_yaml(value: Any) -> Any:
    plain = {"reason": value} if isinstance(value, str) else value
    return Behaviour.model_validate(plain, strict=False) if isinstance(plain, dict) else plain


StoredBehaviour = Annotated[Behaviour, BeforeValidator(_behaviour_as_in_yaml)]


@dataclass(frozen=True)
class ScenarioPlan:
    """What one scenario is, and the bound it is swept to; ``actors`` are operations in the actors' order."""

    name: str
    title: str
    actors: tuple[str, ...]
    bound: int
    prepare: str = ""
    guards: tuple[str, ...] = ()
    documented: dict[Kind, StoredBehaviour] = field(default_factory=dict)  # kind of violation -> why it is no bug
    filesystem: str = ""  # of the guests of its sweep; "" in a run of before it was kept
    idle: str = ""  # releases on which there is nothing to race, as ">=6.12"; "" for none
    job: str = ""  # the racer's line of it, without its bound; "" in a run of before it was kept


@dataclass(frozen=True)
class Plan:
    """What the run set out to do. ``loop_cap``: visits of a point by one actor that are tried as stops."""

    scenarios: tuple[ScenarioPlan, ...]
    budget_seconds: float
    coverage_floor: float
    granularity: Literal["calls", "instructions"] = "calls"
    units: tuple[str, ...] = ()  # source files the points were taken from
    loop_cap: int = 2
    stress_races: int = 0  # a scenario; 0: no stress was planned
    stress_cpus: int = 0
    both_wake_ups: bool = False
    atomic_stops: bool = False
    stress_seconds: int = 0  # that a scenario's races may take on a kernel; 0: any time
    prune_from: int = 0  # stops of a schedule from which on equals are left out; 0: none were, or it was not kept yet
    functions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by kernel: those with points, if not all


@dataclass(frozen=True)
class KernelInfo:
    """One kernel of the experiment: ``name`` is what results call it, ``state`` how far it came, ``detail`` why."""

    name: str
    side: Side
    release: str = ""  # "6.1.192"
    key: str = ""  # of the kernel's folder in the cache
    modules: str = ""  # folder of the lab's modules for it in the cache
    build_id: str = ""
    source: str = ""  # "Debian linux-source-6.1 6.1.192-1"
    toolchain: str = ""  # what make was told: "CC=gcc -fno-pie -no-pie, HOSTCFLAGS=-O2 -fcommon"
    series: str = ""
    version: str = ""
    patches: tuple[str, ...] = ()  # their file names
    state: Literal["booted", "no-compile", "no-boot", "not-run"] = "booted"
    detail: str = ""
    lacks: str = ""  # what a sweep needs and its config has not; then stress is all there is
    lines: dict[str, dict[int, str]] = field(default_factory=dict)  # source file -> line number -> its text


@dataclass(frozen=True)
class GuestFinding:
    """One finding in one guest's log; ``scenario`` is empty where it cannot be told."""

    kernel: str
    mode: Mode
    finding: Finding
    scenario: str = ""


@dataclass(frozen=True)
class Run:
    """One run of the lab.

    ``points`` holds, by kernel name, the points that some actor reached or some result names, the only ones a report
    needs. ``expectations`` are those of ``without``, by scenario; a scenario not named there is expected to be silent.
    """

    number: int
    started: str  # ISO 8601, UTC
    seconds: float  # wall time
    plan: Plan
    kernels: tuple[KernelInfo, ...]
    results: tuple[SweepResult, ...] = ()
    stress: tuple[StressResult, ...] = ()
    findings: tuple[GuestFinding, ...] = ()
    expectations: dict[str, StoredExpectation] = field(default_factory=dict)
    points: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    accel: str = ""  # "tcg" or "kvm"
    environment: dict[str, str] = field(default_factory=dict)  # "qemu" -> "7.2.17", "host" -> "2 CPUs", ...
    reproduce: str = ""  # the command that runs the same again
    verdict: Verdict | None = None
    cost: Cost | None = None  # of ``with`` beside ``without``; None: it was not asked for
    waited_seconds: float = 0.0  # of ``seconds``: until another lab had left a work tree
    schema: int = SCHEMA
    __pydantic_config__ = ConfigDict(extra="forbid")

    @property
    def is_trial(self) -> bool:
        """Whether it is one of `lab try`."""
        return self.reproduce.startswith("./lab try ")

    @property
    def is_pairs(self) -> bool:
        """Whether it is one of `lab run --all-pairs`."""
        return " --all-pairs" in self.reproduce

    def kernel(self, side: Side) -> KernelInfo | None:
        """The kernel of that side, None if the run has none."""
        return next((kernel for kernel in self.kernels if kernel.side == side), None)

    def result(self, scenario: str, kernel: str) -> SweepResult | None:
        """The sweep of that scenario on that kernel, None if it did not take place."""
        return self._results.get((scenario, kernel))

    def race(self, scenario: str, kernel: str) -> StressResult | None:
        """The stress of that scenario on that kernel, None if it did not take place."""
        return self._races.get((scenario, kernel))

    def scenario(self, name: str) -> ScenarioPlan | None:
        """The plan of that scenario, None if it was not planned."""
        return self._plans.get(name)

    @cached_property  # as the next two: thousands of pairs are asked for several times each
    def _results(self) -> dict[tuple[str, str], SweepResult]:
        return {(each.scenario, each.kernel): each for each in self.results}

    @cached_property
    def _races(self) -> dict[tuple[str, str], StressResult]:
        return {(each.scenario, each.kernel): each for each in self.stress}

    @cached_property
    def _plans(self) -> dict[str, ScenarioPlan]:
        return {each.name: each for each in self.plan.scenarios}


def appearing(points: Sequence[Point], results: Sequence[SweepResult]) -> tuple[Point, ...]:
    """Those of one kernel's ``points`` that a report on its ``results`` needs: reached, refused or in a trace."""
    indices: set[int] = set()
    names: set[tuple[str, int]] = set()
    for result in results:
        cover = result.coverage
        indices.update(cover.stopped, cover.reached, cover.beyond, cover.atomic, cover.refused)
        for outcome in result.outcomes:
            names.update((step.function, step.offset) for step in outcome.trace)
            names.update((stop.function, stop.offset) for stop in outcome.schedule.stops)
    return tuple(each for each in points if each.index in indices or (each.function, each.offset) in names)
