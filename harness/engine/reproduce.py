# SPDX-License-Identifier: GPL-2.0-only
"""The command that does the same again, as a line for a shell."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import folders
from harness.engine.experiment import Experiment
from harness.engine.own_tree import HEAD

Value = str | int | Sequence[str] | None


def command(words: Sequence[str], config: Path, options: Mapping[str, Value]) -> str:
    """``./lab WORDS --config FILE --NAME=VALUE ...``; the project's own lab.yaml needs no ``--config``.

    None, False and what is empty are left out, True is an option without a value, a sequence is joined by commas.
    """
    return shlex.join(["./lab", *words, *config_words(config), *option_words(options)])


def config_words(config: Path) -> list[str]:
    """``--config FILE``, nothing for the project's own lab.yaml."""
    return [] if config == folders.PROJECT / "lab.yaml" else ["--config", str(config)]


def option_words(options: Mapping[str, Value]) -> list[str]:
    """As command() has them."""
    return [_option(name, value) for name, value in options.items() if _is_given(value)]


def seconds(budget: float | None) -> str | None:
    """A ``--budget`` as the command line takes it: ``"90s"``."""
    return f"{budget:.0f}s" if budget else None


def _is_given(value: Value) -> bool:
    if isinstance(value, bool) or value is None:
        return bool(value)
    return isinstance(value, int) or bool(value)  # a bound of 0 is one


def _option(name: str, value: Value) -> str:
    if value is True:
        return f"--{name}"
    return f"--{name}={value if isinstance(value, str | int) else ','.join(value or ())}"


def reproduce_line(experiment: Experiment) -> str:
    """The `lab run` that runs the same again."""
    choice, lab = experiment.choice, experiment.lab.experiment
    without = ["--without", lab.without]
    words = [*without, "--with", lab.with_]
    if choice.tree:
        words = ["--tree", str(choice.tree), *([] if lab.without == HEAD else without)]
    return command(["run", *words], choice.config, {
        "scenario": choice.scenarios, "bound": choice.bound, "points": choice.granularity,
        "budget": seconds(choice.budget), "prune": choice.prune, "sample": choice.sample or None,
        "both-wake-ups": choice.both_wake_ups, "atomic-stops": choice.atomic_stops,
        "no-stress": not choice.stress, "cost": choice.cost,
    })  # fmt: skip
