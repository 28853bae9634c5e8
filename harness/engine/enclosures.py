# SPDX-License-Identifier: GPL-2.0-only
"""What a run folder holds beside the results: what went into the run, and the kernels' logs."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from harness.config.scenario import Scenario
from harness.engine.experiment import SCENARIOS, Experiment
from harness.engine.kernels import Made
from harness.engine.races import Raced
from harness.engine.sweeps import Swept
from harness.results.files import write_whole


def keep_inputs(folder: Path, made: Sequence[Made], experiment: Experiment) -> None:
    """Config and patches of each kernel and the scenarios as they were, so that a run explains itself later."""
    shutil.copy(experiment.choice.config, folder / "lab.yaml")
    write_whole(folder / "guest.json", experiment.lab.guest("sweep").model_dump_json(indent=1) + "\n")
    (folder / "scenarios").mkdir()
    for scenario in experiment.scenarios:
        path = SCENARIOS / f"{scenario.name}.yaml"
        (folder / "scenarios" / path.name).write_text(path.read_text() if path.is_file() else as_yaml(scenario))
    for each in made:
        kept = folder / "kernels" / each.wanted.name
        kept.mkdir(parents=True)
        if each.kernel is not None:
            shutil.copy(each.kernel.config, kept / "config")
            if each.kernel.build_log.is_file():
                shutil.copy(each.kernel.build_log, kept / "build.log")
        if each.info.release and each.wanted.spec.source:
            for patch in each.wanted.patches(each.info.release):
                shutil.copy(patch, kept / patch.name)


def as_yaml(scenario: Scenario) -> str:
    """A scenario that has no file, as one."""
    return yaml.safe_dump(scenario.model_dump(mode="json", exclude={"name"}, exclude_defaults=True), sort_keys=False)


def keep_logs(folder: Path, swept: Sequence[Swept], raced: Raced) -> None:
    """dmesg/KERNEL.log: each kernel's log, under the scenario that was at work."""
    (folder / "dmesg").mkdir()
    logs: list[tuple[str, Iterable[tuple[str, Sequence[str]]]]] = [(each.subject.name, each.logs) for each in swept]
    logs += [(f"{subject_.name}-stress", lines.items()) for subject_, lines in raced.logs]
    for name, parts in logs:
        write_whole(folder / "dmesg" / f"{name}.log", "".join(_titled(scenario, lines) for scenario, lines in parts))


def _titled(scenario: str, lines: Sequence[str]) -> str:
    return "\n".join([f"== {scenario or 'boot'} ==", *lines, ""])
