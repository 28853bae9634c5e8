# SPDX-License-Identifier: GPL-2.0-only
"""Config fragments: files of options, each option with the fragment and line that ask for it.

A line is `CONFIG_X=value`, `# CONFIG_X is not set` or a comment. A mark `#: since 6.9` or `#: until 6.8` at its end
keeps it for those releases only, since options come and go between kernels.
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
MARK = re.compile(r"\s*#:\s*(?P<side>since|until) (?P<release>\d+\.\d+)$")


@dataclass(frozen=True)
class Option:
    """One option that a fragment asks for; ``value`` "n" means not set."""

    name: str
    value: str
    fragment: str
    line: int

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
            yield Option(found["name"], found.groupdict().get("value") or "n", path.name, number)
        elif not found and text and (mark or not text.startswith("#") or text.startswith("# CONFIG_")):
            raise BadInput(f"{path}:{number}: `{line}` is no option; write CONFIG_X=y or # CONFIG_X is not set")


def _holds(mark: re.Match[str], release: str) -> bool:
    limit, is_now = _numbers(mark["release"]), _numbers(release)
    return is_now >= limit if mark["side"] == "since" else is_now <= limit


def _numbers(release: str) -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", release)
    return (int(found[1]), int(found[2])) if found else (0, 0)
