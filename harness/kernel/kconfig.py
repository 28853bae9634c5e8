# SPDX-License-Identifier: GPL-2.0-only
"""Reads a kernel tree's Kconfig files, as far as it takes to say why an option was not set."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import BadInput
from harness.kernel.expression import unmet_parts
from harness.kernel.fragments import Option

ENTRY = re.compile(r"^\s*(?:menu)?config\s+(\w+)\s*$")
DEPENDS = re.compile(r"^\s+depends on\s+(.*)$")
PROMPT = re.compile(r"^\s+(?:bool|tristate|string|hex|int|prompt)\s+[\"']|^\s+prompt\s")
IF, BLOCK = re.compile(r"^\s*if\s+(.*)$"), re.compile(r"^\s*(?:menu\s|choice\b)")
END, SOURCE = re.compile(r"^\s*(?:endif|endmenu|endchoice)\b"), re.compile(r"^\s*source\s+\"?([^\"\s]+)")
ARCHITECTURE = re.compile(r"\$\(?SRCARCH\)?")  # with parentheses since v4.18
HELP = re.compile(r"^(\s+)(?:---)?help(?:---)?\s*$")


@dataclass
class Symbol:
    """What all definitions of one symbol say. ``depends``: one expression a definition, its parts joined by &&."""

    depends: list[str] = field(default_factory=list)
    prompt: bool = False


def symbols(tree: Path) -> dict[str, Symbol]:
    """Every symbol that x86's Kconfig files define, with the conditions of the menus and files around it."""
    reader = _Reader(tree)
    reader.read("Kconfig")
    return reader.found


class _Reader:
    """Walks the Kconfig files from the top, as kconfig does, the conditions of all open blocks at hand."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.found: dict[str, Symbol] = {}
        self.conditions: list[str] = []
        self.now: Symbol | None = None
        self.in_header = False  # of a menu or choice, whose `depends on` holds for all in it

    def read(self, name: str) -> None:
        """Reads one file and those it sources; one that is not there is passed over."""
        path = self.tree / ARCHITECTURE.sub("x86", name)
        if path.is_file():
            for line in _without_help(path.read_text(errors="replace").replace("\\\n", " ")):
                self._line(line)

    def _line(self, line: str) -> None:
        if entry := ENTRY.match(line):
            self.now, self.in_header = self.found.setdefault(entry[1], Symbol()), False
            self.now.depends.append(_join(self.conditions))
        elif sourced := SOURCE.match(line):
            self.read(sourced[1])
        elif condition := IF.match(line):
            self._open(f"({condition[1].strip()})", header=False)
        elif BLOCK.match(line):
            self._open("", header=True)
        elif END.match(line):
            self.conditions, self.now, self.in_header = self.conditions[:-1], None, False
        else:
            self._property(line)

    def _open(self, condition: str, *, header: bool) -> None:
        self.conditions.append(condition)
        self.now, self.in_header = None, header

    def _property(self, line: str) -> None:
        depends = DEPENDS.match(line)
        if self.now:
            self.now.prompt = self.now.prompt or bool(PROMPT.match(line))
            if depends:
                self.now.depends[-1] = _join([self.now.depends[-1], f"({depends[1].strip()})"])
        elif depends and self.in_header:
            self.conditions[-1] = _join([self.conditions[-1], f"({depends[1].strip()})"])


def _join(parts: Sequence[str]) -> str:
    return " && ".join(part for part in parts if part)


def _without_help(text: str) -> Iterator[str]:
    """Help texts may hold lines that look like Kconfig; they end where the indentation does."""
    indent: int | None = None
    for line in text.expandtabs().splitlines():
        if indent is not None and line.strip() and len(line) - len(line.lstrip()) <= indent:
            indent = None
        if help_line := HELP.match(line):
            indent = len(help_line[1])
        elif indent is None:
            yield line


def read_config(path: Path) -> dict[str, str]:
    """The options of a .config that are set, without CONFIG_."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line[len("CONFIG_") :].split("=", 1) for line in lines if line.startswith("CONFIG_") and "=" in line)


def check(options: Sequence[Option], config: Mapping[str, str], tree: Path) -> None:
    """Raises BadInput naming the first option that is not as asked, and why it is not."""
    wrong = [option for option in options if config.get(option.name, "n") != option.value]
    silent = [option for option in options if option.value == "n" and option.name not in config]
    if not wrong and not silent:
        return
    known = symbols(tree)
    wrong = [option for option in wrong if not option.known or option.name in known]
    for option in wrong:
        raise BadInput(f"{option.place}: {option.text}, but {_why(option, config, known)}{_others(wrong)}")
    for option in silent:
        if option.name not in known and not option.known:
            raise BadInput(f"{option.place}: {option.text}, but this kernel has no such option: remove the line")


def _others(wrong: Sequence[Option]) -> str:
    names = ", ".join(f"{option.name} ({option.place})" for option in wrong[1:6])
    return f"; not as asked either: {names}" if names else ""


def _why(option: Option, config: Mapping[str, str], known: Mapping[str, Symbol]) -> str:
    symbol = known.get(option.name)
    if not symbol:
        return "this kernel has no option of that name: remove the line or mark it with `#: since` or `#: until`"
    got = config.get(option.name, "n")
    if option.value == "n":
        return f"the kernel's config has it as `{got}`: another option selects it, or it cannot be turned off"
    if unmet := [each for expression in symbol.depends for each in unmet_parts(expression, config)]:
        return f"its dependency is not met: {' and '.join(dict.fromkeys(unmet))}"
    return f"the kernel's config has it as `{got}`: {_leftover(symbol)}"


def _leftover(symbol: Symbol) -> str:
    if not symbol.prompt:
        return "it has no prompt, only other options can select it"
    return "another choice or a later fragment overrides it"
