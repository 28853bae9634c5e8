# SPDX-License-Identifier: GPL-2.0-only
"""Compiler, linker and what make is told of them: by default the host's, with the words that an old kernel needs.

toolchains.yaml is the data: which words, for which releases, from which compiler or linker on, and why.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from harness.errors import BadInput, LabBroke
from harness.kernel.fragments import UNKNOWN, numbers
from harness.process import run

FIRST_WORDS = {"LD": ["ld"], "HOSTCFLAGS": []}
RULES = Path(__file__).parent / "toolchains.yaml"
VERSION = re.compile(r"(?:^|\s)(\d+\.\d+)")


class Rule(BaseModel):
    """One rule of toolchains.yaml: ``from_`` is tool -> version from which on it holds, any of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    variable: Literal["CC", "LD", "HOSTCFLAGS", ""] = ""
    words: tuple[str, ...] = ()
    relocations: Literal["plt32-as-pc32", ""] = ""
    until: str
    from_: dict[Literal["gcc", "clang", "ld"], str] = Field(alias="from")
    why: str
    mended: str


@dataclass(frozen=True)
class Toolchain:
    """What make is told: ``variables`` beside CC ("LD=ld -z ..."); ``old_relocations``: of the lab's modules."""

    cc: str = "gcc"
    variables: tuple[str, ...] = ()
    old_relocations: bool = False

    @property
    def told(self) -> tuple[str, ...]:
        """All of it, as make's words."""
        return (f"CC={self.cc}", *self.variables)

    @property
    def identity(self) -> str:
        """What tells its compiler and linker from others. Raises BadInput if one of them does not run."""
        return identity(self.cc, self._linker)

    @property
    def _linker(self) -> str:
        told = dict(each.split("=", 1) for each in self.variables)
        return told.get("LD") or (_of_llvm("ld.lld", told["LLVM"]) if "LLVM" in told else "ld")


HOST = Toolchain()


@dataclass(frozen=True)
class Wish:
    """What lab.yaml says of it; None or nothing where it does not."""

    cc: str | None = None
    ld: str | None = None
    hostcflags: str | None = None
    make: Mapping[str, str] = field(default_factory=dict)


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of toolchains.yaml, in order."""
    return tuple(Rule.model_validate(each) for each in yaml.safe_load(RULES.read_text()))


def choose(release: str, wish: Wish) -> Toolchain:
    """The toolchain of a kernel ``release`` ("4.6.2"): what ``wish`` says, and what the rules say where it does not.

    A ``cc`` of one word gets the rules' words, one with flags of its own stands as it is. Raises BadInput for a tool
    that does not run.
    """
    told = dict(wish.make)
    cc = wish.cc or (_of_llvm("clang", told["LLVM"]) if "LLVM" in told else "gcc")
    old = [rule for rule in rules() if UNKNOWN < numbers(release) <= numbers(rule.until)]
    if wish.ld:
        told["LD"] = wish.ld
    if wish.hostcflags:
        told["HOSTCFLAGS"] = wish.hostcflags
    chosen = Toolchain(cc, _assigned(told))
    due = [rule for rule in old if _is_due(rule, chosen)]
    if len(shlex.split(cc)) == 1:
        chosen = replace(chosen, cc=shlex.join([cc, *_words(due, "CC")]))
    for variable, first in FIRST_WORDS.items():
        if (words := _words(due, variable)) and variable not in told:
            told[variable] = shlex.join([*first, *words])
    return replace(chosen, variables=_assigned(told), old_relocations=any(rule.relocations for rule in due))


def _assigned(told: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in sorted(told.items()))


def _words(due: Sequence[Rule], variable: str) -> list[str]:
    return [word for rule in due if rule.variable == variable for word in rule.words]


def _is_due(rule: Rule, chosen: Toolchain) -> bool:
    compiler, _, linker = chosen.identity.partition("\n")
    found = {"clang" if "clang" in compiler else "gcc": compiler}
    if linker.startswith("GNU ld"):
        found["ld"] = linker
    return any(_version(found[tool]) >= numbers(limit) for tool, limit in rule.from_.items() if tool in found)


def _version(line: str) -> tuple[int, int]:
    """The last number in the first line of --version: "GNU ld (GNU Binutils for Debian) 2.40"."""
    every = VERSION.findall(line)
    return numbers(every[-1]) if every else UNKNOWN


def _of_llvm(tool: str, value: str) -> str:
    """What kbuild makes of LLVM=1, LLVM=-14 and LLVM=/path/ (Documentation/kbuild/llvm.rst)."""
    return f"{value}{tool}" if value.endswith("/") else f"{tool}{value}" if value.startswith("-") else tool


@cache
def identity(cc: str, ld: str = "ld") -> str:
    """What tells this compiler and linker from others. Raises BadInput if `cc` or `ld` does not run."""
    return f"{_first_line('cc', cc)}\n{_first_line('ld', ld)}"


def _first_line(key: str, command: str) -> str:
    try:
        return run([*shlex.split(command), "--version"]).stdout.splitlines()[0]
    except (LabBroke, IndexError, ValueError):
        what = "compiler" if key == "cc" else "linker"
        raise BadInput(f"{key}: `{command}` does not run: install it or name another {what}") from None
