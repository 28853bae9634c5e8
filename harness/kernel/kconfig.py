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
IF, ENDIF = re.compile(r"^\s*if\s+(.*)$"), re.compile(r"^\s*endif\b")
END = re.compile(r"^\s*(?:choice|endchoice|menu|endmenu|comment|source|mainmenu)\b")
HELP = re.compile(r"^(\s+)(?:---)?help(?:---)?\s*$")
SKIPPED_ARCH = re.compile(r"^arch/(?!x86/|Kconfig)|^(?:Documentation|tools)/")


@dataclass
class Symbol:
    """What all definitions of one symbol say. ``depends``: one expression a definition, its parts joined by &&."""

    depends: list[str] = field(default_factory=list)
    prompt: bool = False


def symbols(tree: Path) -> dict[str, Symbol]:
    """Every symbol that x86's Kconfig files of ``tree`` define."""
    found: dict[str, Symbol] = {}
    for path in sorted(tree.rglob("Kconfig*")):
        if path.is_file() and not SKIPPED_ARCH.match(str(path.relative_to(tree))):
            _read(path.read_text(errors="replace"), found)
    return found


def _read(text: str, found: dict[str, Symbol]) -> None:
    conditions: list[str] = []
    now: Symbol | None = None
    for line in _without_help(text.replace("\\\n", " ")):
        if entry := ENTRY.match(line):
            now = found.setdefault(entry[1], Symbol())
            now.depends.append(" && ".join(conditions))
        elif condition := IF.match(line):
            conditions.append(f"({condition[1]})")
        elif ENDIF.match(line):
            conditions, now = conditions[:-1], None
        elif END.match(line):
            now = None
        elif now:
            _add(now, line)


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


def _add(symbol: Symbol, line: str) -> None:
    if depends := DEPENDS.match(line):
        parts = [part for part in (symbol.depends[-1], f"({depends[1].strip()})") if part]
        symbol.depends[-1] = " && ".join(parts)
    symbol.prompt = symbol.prompt or bool(PROMPT.match(line))


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
    for option in wrong:
        raise BadInput(f"{option.place}: {option.text}, but {_why(option, config, known)}{_others(wrong)}")
    for option in silent:
        if option.name not in known:
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
