# SPDX-License-Identifier: GPL-2.0-only
"""One step of `git bisect run`: the checkout as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.bisect.graph import Graph, linear
from harness.bisect.scene import scene
from harness.bisect.tester import Bug, Tested, Tester
from harness.config.models import GitSource, KernelSpec
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.build import BuildRequest
from harness.kernel.sources import obtain
from harness.kernel.spec import request_for
from harness.sweep.records import Kind


@dataclass(frozen=True)
class StepAsked:
    """What the command line says."""

    config: Path
    scenario: str
    git: Path
    kinds: tuple[str, ...]
    base: str | None
    bound: int
    units: tuple[str, ...]


@dataclass(frozen=True)
class Checkout:
    """A checkout as the one point of a graph."""

    folder: Path
    spec: KernelSpec

    @property
    def graph(self) -> Graph:
        """One point."""
        return linear(["checkout"])

    def title(self, _index: int) -> str:
        """Where it is."""
        return str(self.folder)

    def request(self, _index: int, units: Sequence[str], deadline: Deadline) -> BuildRequest:
        """The files as they are now. Raises BadInput."""
        tree = obtain(GitSource(git=str(self.folder.resolve()), checkout=True), deadline)
        return request_for("checkout", self.spec, tree, (), units)


def tested(asked: StepAsked, folder: Path, deadline: Deadline) -> Tested:
    """The test of the checkout. Raises BadInput for what is wrong with the question, not with the commit."""
    with_ = scene(asked.config, asked.base, asked.scenario, asked.bound, asked.units)
    obtain(GitSource(git=str(asked.git.resolve()), checkout=True), deadline)  # no repository is no commit's fault
    tester = Tester(
        Checkout(asked.git, with_.spec), with_.scenario, with_.units, with_.lab.guest("sweep"), folder, deadline,
        with_.lab.experiment.coverage_floor,
    )  # fmt: skip
    return tester.test(0, Bug(frozenset(map(_kind, asked.kinds))) if asked.kinds else None)


def _kind(word: str) -> str:
    known = [each.value for each in Kind]
    if word.partition(":")[0] not in known:
        raise BadInput(f"--kind: there is no kind `{word}`; there are {', '.join(known)}")
    return word
