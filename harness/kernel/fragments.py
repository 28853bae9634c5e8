# SPDX-License-Identifier: GPL-2.0-only
"""Config fragments: files of options, each option with the fragment and line that ask for it.

A line is `CONFIG_X=value`, `# CONFIG_X is not set` or a comment. A mark `#: since 6.9`, `#: until 6.8` or
`#: since 4.14 until 6.16` at its end keeps it for those releases only, since options come and go between kernels.
`#: where known` keeps it for every kernel, and a kernel that has no such option is as good as one that has it not set:
for options that stable updates brought to old releases.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInput

FOLDER = Path(__file__).parent / "fragments"
DEBUG_PREFIX = "debug-"
FILESYSTEM_PREFIX = "filesystem-"
SET = re.compile(r"CONFIG_(?P<name>\w+)=(?P<value>\S.*)$")
UNSET = re.compile(r"# CONFIG_(?P<name>\w+) is not set$")
UNKNOWN = (0, 0)
RELEASE = r"\d+\.\d+"
MARK = re.compile(
    rf"\s*#:\s*(?=\w)(?:since (?P<since>{RELEASE}))?(?: ?until (?P<until>{RELEASE}))?(?P<known>where known)?$"
)


@dataclass(frozen=True)
class Option:
    """One option that a fragment asks for; ``value`` "n" means not set; ``known``: only where the kernel has it."""

    name: str
    value: str
    fragment: str
    line: int
    known: bool = False

    @property
    def place(self) -> str:
        """fragment:line."""
        return f"{self.fragment}:{self.line}"

    @property
    def text(self) -> str:
        """As .config has it."""
        return f"# CONFIG_{self.name} is not set" if self.value == "n" else f"CONFIG_{self.name}={self.value}"


def standard() -> tuple[Path, ...]:
    """The fragments of every kernel; the debug variants' and the further file systems' are left out."""
    on_demand = (DEBUG_PREFIX, FILESYSTEM_PREFIX)
    return tuple(path for path in sorted(FOLDER.glob("*.config")) if not path.name.startswith(on_demand))


def of_filesystem(name: str) -> tuple[str, ...]:
    """The fragments that a guest with the file system ``name`` needs beside the standard ones."""
    return (FILESYSTEM_PREFIX + name,) if (FOLDER / f"{FILESYSTEM_PREFIX}{name}.config").is_file() else ()


def are_own(paths: Iterable[Path]) -> bool:
    """Whether all of them are the lab's: then what their config needs of a build is known."""
    return all(path.parent == FOLDER for path in paths)


def find(name: str) -> Path:
    """A fragment by name (``"debug-kasan"``) or path. Raises BadInput if there is none."""
    for path in (FOLDER / f"{name}.config", Path(name)):
        if path.is_file():
            return path
    names = ", ".join(sorted(path.stem for path in FOLDER.glob("*.config")))
    raise BadInput(f"no config fragment is called `{name}` and no file either; there are {names}")


def chosen(extra: Iterable[str] = (), debug: Iterable[str] = ()) -> tuple[Path, ...]:
    """The standard fragments, then the debug variants', then those named. Later ones win."""
    return (*standard(), *(find(DEBUG_PREFIX + word) for word in debug), *(find(name) for name in extra))


def read(paths: Sequence[Path], release: str) -> tuple[Option, ...]:
    """The options that ``paths`` ask of a kernel ``release`` ("6.1.192"), one each, the last fragment's word.

    Raises BadInput for a line that is no option.
    """
    options: dict[str, Option] = {}
    for path in paths:
        for option in _parse(path, release):
            options.pop(option.name, None)
            options[option.name] = option
    return tuple(options.values())


def _parse(path: Path, release: str) -> Iterable[Option]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        if mark := MARK.search(text):
            text = text[: mark.start()]
        found = SET.match(text) or UNSET.match(text)
        if found and (not mark or _holds(mark, release)):
            value = found.groupdict().get("value") or "n"
            yield Option(found["name"], value, path.name, number, bool(mark and mark["known"]))
        elif not found and text and (mark or not text.startswith("#") or text.startswith("# CONFIG_")):
            raise BadInput(f"{path}:{number}: `{line}` is no option; write CONFIG_X=y or # CONFIG_X is not set")


def _holds(mark: re.Match[str], release: str) -> bool:
    since, until, is_now = numbers(mark["since"] or "0.0"), mark["until"], numbers(release)
    return since <= is_now and (not until or is_now <= numbers(until))


def is_for(path: Path, release: str) -> bool:
    """Whether a file of options is for ``release`` at all: not where a mark on a line of its own excludes it.

    A release that is not known ("linux-build") counts as new.
    """
    if numbers(release) == UNKNOWN:
        return True
    alone = (MARK.fullmatch(line) for line in path.read_text().splitlines())
    return all(_holds(mark, release) for mark in alone if mark)


def numbers(release: str) -> tuple[int, int]:
    """(6, 1) of "6.1.192"; UNKNOWN of what is no release."""
    found = re.match(r"(\d+)\.(\d+)", release)
    return (int(found[1]), int(found[2])) if found else UNKNOWN
