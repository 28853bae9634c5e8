# SPDX-License-Identifier: GPL-2.0-only
"""From lab.yaml and the command line to a bisect."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.bisect.commits import GOOD, Commits, GitCommits, SeriesCommits
from harness.bisect.scene import Scene, scene
from harness.config import loader
from harness.config.models import GitSource, GuestSpec, KernelSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.image.content import digest
from harness.kernel import fragments
from harness.kernel.sources import obtain_for
from harness.kernel.spec import patches
from harness.results.run import MODES
from harness.sweep.job import scenario_lines


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    config: Path
    good: str | None
    bad: str | None
    git: Path | None
    series: str | None
    base: str | None
    scenario: str
    bound: int
    units: tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """What is to be bisected, with what; ``question`` tells this bisect from others, ``floor`` is that of coverage."""

    commits: Commits
    good: str
    scenario: Scenario
    units: Sequence[str]
    guest: GuestSpec
    stress: GuestSpec
    floor: float
    question: dict[str, str]

    @property
    def is_git(self) -> bool:
        """Whether its log is one that git can replay."""
        return isinstance(self.commits, GitCommits)


def joined(asked: Asked, deadline: Deadline) -> Joined:
    """Raises BadInput for whatever is wrong or missing."""
    with_ = scene(asked.config, asked.base, asked.scenario, asked.bound, asked.units)
    scenario, units, lab = with_.scenario, with_.units, with_.lab
    commits = _commits(asked, with_.spec, deadline)
    good = commits.good if isinstance(commits, GitCommits) else commits.title(GOOD)
    question = {
        "good": good, "bad": commits.graph.commits[-1], "scenario": scenario.name, "bound": str(scenario.bound),
        "units": ",".join(units), "base": with_.base, "of": str(asked.series or asked.git or ""),
        "content": _content(commits, with_),
    }  # fmt: skip
    floor = lab.experiment.coverage_floor
    return Joined(commits, good, scenario, units, lab.guest("sweep"), lab.guest("stress"), floor, question)


def _commits(asked: Asked, spec: KernelSpec, deadline: Deadline) -> Commits:
    if asked.series:
        if asked.good or asked.bad or asked.git:
            raise BadInput("--series bisects its patches: leave out --good, --bad and --git")
        spec = spec.model_copy(update={"series": asked.series, "patches": ()})
        source = obtain_for(spec, deadline)
        if not (loader.series_folder(asked.series) / "series.yaml").is_file():
            raise BadInput(f"--series: there is no patches/{asked.series}/series.yaml")
        return SeriesCommits(source, spec, patches(spec, source))
    if not asked.good or not asked.bad:
        raise BadInput("name both ends: --good COMMIT --bad COMMIT, or a --series whose patches are bisected")
    return GitCommits.between(_git(asked, spec), asked.good, asked.bad, spec, deadline)


def _content(commits: Commits, with_: Scene) -> str:
    """A digest of what the names stand for: what was tested of a patch, a scenario or a config that was edited since is
    no answer. A commit's id is its content."""
    series: tuple[str | bytes | Path, ...] = ()
    if isinstance(commits, SeriesCommits):
        edited = [part for name, text in sorted(commits.source.differs.items()) for part in (name, text or b"\0gone")]
        series = (commits.source.digest, *edited, *commits.patches)
    guests = [with_.lab.guest(mode).model_dump_json() for mode in MODES]
    return digest(
        *scenario_lines([with_.scenario]), with_.spec.model_dump_json(), *guests,
        str(with_.lab.experiment.coverage_floor), *fragments.chosen(with_.spec.config, with_.spec.debug), *series,
    )  # fmt: skip


def _git(asked: Asked, spec: KernelSpec) -> str:
    if asked.git:
        return str(asked.git.resolve())
    if isinstance(spec.source, GitSource):
        return spec.source.git
    raise BadInput("the kernel's source is no git repository: name a clone by --git DIR")
