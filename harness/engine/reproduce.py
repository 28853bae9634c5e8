# SPDX-License-Identifier: GPL-2.0-only
"""The command that does the same again, as a line for a shell."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import folders

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
