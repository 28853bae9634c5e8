# SPDX-License-Identifier: GPL-2.0-only
"""Compiler, linker and what make is told of them: by default the host's, with the words that an old kernel needs.

toolchains.yaml is the data: toolchains by name; and which kernel needs one of them, or which words, from which compiler
or linker on, and why.
"""

import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from harness import folders
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.kernel import debian_root
from harness.kernel.fragments import UNKNOWN, numbers
from harness.kernel.toolchain_data import Named, Rule, named, rules
from harness.process import run

FIRST_WORDS = {"LD": ["ld"], "HOSTCFLAGS": []}
VERSION = re.compile(r"(?:^|\s)(\d+\.\d+)")
HOSTS_OWN = Named(packages=(), why="the host's")


@dataclass(frozen=True)
class Toolchain:
    """What make is told: ``variables`` beside CC ("LD=ld -z ..."); ``old_relocations``: of the lab's modules.

    ``name`` is that of toolchains.yaml, if it has one; ``enter`` stands before a command that is to run in it.
    """

    cc: str = "gcc"
    variables: tuple[str, ...] = ()
    old_relocations: bool = False
    name: str = ""
    enter: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """All of it: the toolchain's name, if it has one, and make's words."""
        return (*([f"toolchain {self.name}"] if self.name else []), f"CC={self.cc}", *self.variables)

    @property
    def identity(self) -> str:
        """What tells its compiler and linker from others. Raises BadInput if one of them does not run."""
        where = [self.name] if self.enter else []  # the programs that kbuild makes for itself need its libraries
        return "\n".join([identity(self.cc, self.linker, self.enter), *where])

    @property
    def assigned(self) -> dict[str, str]:
        """``variables`` by name."""
        return dict(each.split("=", 1) for each in self.variables)

    @property
    def linker(self) -> str:
        """The linker, with its flags."""
        told = self.assigned
        return told.get("LD") or (_of_llvm("ld.lld", told["LLVM"]) if "LLVM" in told else "ld")


HOST = Toolchain()


@dataclass(frozen=True)
class Wish:
    """What lab.yaml says of it; None or nothing where it does not."""

    cc: str | None = None
    ld: str | None = None
    hostcflags: str | None = None
    make: Mapping[str, str] = field(default_factory=dict)
    toolchain: str | None = None


def choose(release: str, wish: Wish) -> Toolchain:
    """The toolchain of a kernel ``release`` ("4.6.2"): what ``wish`` says, and what the rules say where it does not.

    A ``cc`` of one word gets the rules' words, one with flags of its own stands as it is. A Debian release is set up if
    it is not there. Raises BadInput for a tool that does not run or a name that there is not, LabBroke.
    """
    old = [rule for rule in rules() if UNKNOWN < numbers(release) <= numbers(rule.until)]
    name = wish.toolchain or _needed(old, wish)
    entry = named(name) if name else HOSTS_OWN
    if name and (lacks := lacking(name)):
        raise LabBroke(f"toolchain {name}: {lacks}")
    chosen = replace(_of(entry, wish), name=name, enter=_enter(entry))
    return _with_words(chosen, [rule for rule in old if _is_due(rule, chosen)])


def _of(entry: Named, wish: Wish) -> Toolchain:
    told = {**entry.make, **wish.make}
    if ld := wish.ld or entry.ld:
        told["LD"] = ld
    if hostcflags := wish.hostcflags or entry.hostcflags:
        told["HOSTCFLAGS"] = hostcflags
    cc = wish.cc or entry.cc or (_of_llvm("clang", told["LLVM"]) if "LLVM" in told else "gcc")
    return Toolchain(cc, _assigned(told))


def _needed(old: Sequence[Rule], wish: Wish) -> str:
    """The toolchain that stands in for the host's tools, if they are too new and lab.yaml names none."""
    if wish.cc or wish.ld or "LLVM" in wish.make:
        return ""
    return next((rule.toolchain for rule in old if rule.toolchain and _is_due(rule, HOST)), "")


def _with_words(chosen: Toolchain, due: Sequence[Rule]) -> Toolchain:
    told = chosen.assigned
    if len(shlex.split(chosen.cc)) == 1:
        chosen = replace(chosen, cc=shlex.join([chosen.cc, *_words(due, "CC")]))
    for variable, first in FIRST_WORDS.items():
        if (words := _words(due, variable)) and variable not in told:
            told[variable] = shlex.join([*first, *words])
    return replace(chosen, variables=_assigned(told), old_relocations=any(rule.relocations for rule in due))


def _enter(entry: Named) -> tuple[str, ...]:
    if not entry.debian:
        return ()
    return debian_root.enter(debian_root.obtain(entry.debian, entry.packages, Deadline.after(debian_root.SECONDS)))


def _assigned(told: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in sorted(told.items()))


def _words(due: Sequence[Rule], variable: str) -> list[str]:
    return [word for rule in due if rule.variable == variable for word in rule.words]


def _is_due(rule: Rule, chosen: Toolchain) -> bool:
    compiler, linker = identity(chosen.cc, chosen.linker, chosen.enter).split("\n")
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
def identity(cc: str, ld: str = "ld", enter: tuple[str, ...] = ()) -> str:
    """What tells this compiler and linker from others.

    Raises BadInput if `cc` or `ld` does not run, LabBroke if it does not in the root that is entered.
    """
    return f"{_first_line('cc', cc, enter)}\n{_first_line('ld', ld, enter)}"


def _first_line(key: str, command: str, enter: tuple[str, ...]) -> str:
    cwd = folders.cache() if enter else None  # the one folder that is there too
    try:
        return run([*enter, *shlex.split(command), "--version"], cwd=cwd).stdout.splitlines()[0]
    except (LabBroke, IndexError, ValueError) as error:
        if enter:  # the host's programs have nothing to do with it
            raise LabBroke(f"{key}: `{command}` does not run in the toolchain of a Debian release: {error}") from None
        what = "compiler" if key == "cc" else "linker"
        raise BadInput(f"{key}: `{command}` does not run: install it or name another {what}") from None


def lacking(name: str) -> str:
    """What this machine lacks for the toolchain of that name, in words; nothing if it is there or can be set up."""
    entry = named(name)
    if entry.debian:
        return debian_root.lacking()
    chosen = _of(entry, Wish())
    for command in (chosen.cc, chosen.linker):
        if not shutil.which(shlex.split(command)[0]):
            return f"`{command}` is not installed: `apt-get install {' '.join(entry.packages)}` brings it"
    return ""
