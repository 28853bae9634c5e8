# SPDX-License-Identifier: GPL-2.0-only
"""`lab run --all-pairs`: every pair of operations on one kernel, by the sweeps of `lab run`, and their filing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from harness.config import loader
from harness.config.filesystems import with_filesystems
from harness.config.pairs import PREPARES, Part, apart, pair_scenarios
from harness.config.pairs_file import PairsFile, load_pairs_file
from harness.config.scenario import Scenario
from harness.engine.batches import cost
from harness.engine.experiment import Choice, Experiment, wanted
from harness.engine.reproduce import command, seconds
from harness.engine.run import Manner, perform
from harness.errors import BadInput, KernelFailed
from harness.results.files import write_whole
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.verdict.pairs import Filed, Known, file_pair, pairs_verdict
from harness.verdict.verdict import Verdict

FILE = "pairs.json"  # in the run folder
# Schedules foreseen a guest, by the bound: about ten times what its boot takes. Of those with two stops few are run.
GUEST_COST = {0: 12_000, 1: 12_000, 2: 48_000}


@dataclass(frozen=True)
class PairsChoice:
    """What the command line says. ``kernel`` None is the experiment's `with`, ``budget`` is in seconds."""

    config: Path
    parts: tuple[Part, ...]
    kernel: str | None = None
    operations: tuple[str, ...] = ()
    budget: float | None = None
    granularity: str | None = None
    filesystem: str | None = None  # None: that of the sweep's guest
    prune: bool = False
    sample: int = 0
    bound: int = 1
    prepares: tuple[str, ...] = ()  # none: all
    reuse: bool = False


@dataclass(frozen=True)
class Pairs:
    """What is to be run, and what is not: ``left`` has the reason by scenario."""

    choice: PairsChoice
    experiment: Experiment
    file: PairsFile
    left: dict[str, str] = field(default_factory=dict)

    @property
    def filesystem(self) -> str:
        """That the pairs are run on."""
        return self.choice.filesystem or self.experiment.lab.guest("sweep").filesystem

    @property
    def batches(self) -> int:
        """Guests, from the scenarios alone: cores must not change a result."""
        return max(2, -(-sum(map(cost, self.experiment.scenarios)) // GUEST_COST[self.choice.bound]))


@dataclass(frozen=True)
class Filing:
    """All pairs as filed: pairs.json."""

    kernel: str
    release: str
    filesystem: str
    parts: tuple[str, ...]
    operations: tuple[str, ...]
    seconds: float
    filed: tuple[Filed, ...]
    left: dict[str, str]  # scenarios that were not run -> why
    bound: int = 1


def resolve_pairs(choice: PairsChoice) -> Pairs:
    """Joins lab.yaml, the command line and pairs.yaml. Raises BadInput for whatever is wrong in them."""
    lab = loader.load_lab(choice.config)
    name = choice.kernel or lab.experiment.with_
    loader.check_kernel(choice.config, name, lab.kernels)
    changes: dict[str, object] = {"with_": name}
    if choice.granularity:
        changes["points"] = lab.experiment.points.model_copy(update={"granularity": choice.granularity})
    lab = lab.model_copy(update={"experiment": lab.experiment.model_copy(update=changes)})
    lab = with_filesystems(lab, [choice.filesystem] if choice.filesystem else [])
    file = load_pairs_file()
    every = [each for each in pair_scenarios(choice.parts, file, choice.operations)
             if each.prepare in (choice.prepares or PREPARES)]  # fmt: skip
    filesystem = choice.filesystem or lab.guest("sweep").filesystem
    left = {each.name: why for each in every if (why := apart(each, file.apart, filesystem))}
    scenarios = tuple(_as_asked(each, choice) for each in every if each.name not in left)
    if not every:
        raise BadInput("--operations: no scenario of these parts is made of these operations and preparations alone")
    plain = Choice(
        choice.config, with_=name, budget=choice.budget, granularity=choice.granularity, stress=False,
        prune=choice.prune, prune_from=max(1, choice.bound), sample=choice.sample,
        reuse=choice.reuse,
    )  # fmt: skip
    return Pairs(choice, Experiment(plain, lab, (wanted(lab, "with"),), scenarios), file, left)


def _as_asked(scenario: Scenario, choice: PairsChoice) -> Scenario:
    mount = {"mount": f"{choice.filesystem}-dax"} if choice.filesystem else {}
    return scenario.model_copy(update={"bound": choice.bound, **mount})


def perform_pairs(pairs: Pairs) -> tuple[RunFolder, Run, Filing]:
    """Runs them, files them, and leaves a run folder that `lab report` and `lab replay` read.

    Raises KernelFailed for a kernel that does not compile, BadInput and LabBroke as perform() does.
    """
    filings: list[Filing] = []

    def judge(run: Run) -> Run:
        filing, verdict = _filed(pairs, run)
        filings.append(filing)
        return replace(run, verdict=verdict)

    folder, run = perform(pairs.experiment, Manner(pairs.batches, judge, reproduce_line(pairs)))
    kernel = run.kernels[0]
    if kernel.state == "no-compile":
        raise KernelFailed(f"`{kernel.name}` does not compile: {kernel.detail}")
    write_whole(folder.path / FILE, TypeAdapter(Filing).dump_json(filings[0], indent=1).decode() + "\n")
    return folder, run, filings[0]


def _filed(pairs: Pairs, run: Run) -> tuple[Filing, Verdict]:
    kernel, scenarios = run.kernels[0], pairs.experiment.scenarios
    known = Known(pairs.file.documented, pairs.filesystem, kernel.release, kernel.patches)
    results = {each.scenario: each for each in run.results}
    filed = tuple(file_pair(run, each, results.get(each.name), known) for each in scenarios)
    filing = Filing(
        kernel.name, kernel.release, pairs.filesystem, pairs.choice.parts, _operations(scenarios),
        round(run.seconds, 1), filed, pairs.left, pairs.choice.bound,
    )  # fmt: skip
    return filing, pairs_verdict(run, filed)


def _operations(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """In the table's order."""
    from harness.config.operations import operations

    used = {actor.op for each in scenarios for actor in each.actors}
    return tuple(name for name in operations() if name in used)


def reproduce_line(pairs: Pairs) -> str:
    """The command that runs the same again."""
    choice = pairs.choice
    words = ["run", f"--all-pairs={','.join(choice.parts)}", "--kernel", pairs.experiment.kernels[0].name]
    return command(words, choice.config, {
        "operations": choice.operations, "prepare": choice.prepares, "filesystem": choice.filesystem,
        "points": choice.granularity,
        "budget": seconds(choice.budget), "bound": choice.bound if choice.bound != 1 else None,
        "prune": choice.prune, "sample": choice.sample or None,
    })  # fmt: skip


def load_filing(folder: RunFolder) -> Filing | None:
    """The filing of a run, None if it is no run of pairs. Raises BadInput for a damaged file."""
    path = folder.path / FILE
    if not path.is_file():
        return None
    try:
        return TypeAdapter(Filing).validate_json(path.read_bytes())
    except ValidationError as error:
        raise BadInput(f"{path}: {error.errors()[0]['msg']}; the run folder is damaged") from None
