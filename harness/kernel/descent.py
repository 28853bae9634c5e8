# SPDX-License-Identifier: GPL-2.0-only
"""Spares make its way through every directory of a kernel in which nothing but built-in C files has changed.

kbuild starts a make a directory, 368 with the lab's config, which is half of what such a build costs. Since v6.1 one
target, `.`, stands for all of them (5750121ae738, "kbuild: list sub-directories in ./Kbuild"). Here the objects are
made by name, their archives touched, and the rest with `-o .` (make(1)): what is linked follows kbuild's own rules.
"""

import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness.image.content import write_atomically

STATE = ".lab-whole.json"
ONE_TARGET = re.compile(r"^build-dir\s*:= \.$.*^\$\(build-dir\): prepare$", re.MULTILINE | re.DOTALL)
DEPENDS_ON_C = re.compile(
    rb"^  (\S+\.c)(?: \\)?$", re.MULTILINE
)  # a line of what fixdep writes (scripts/basic/fixdep.c)
RECURSES = "CONFIG_TRIM_UNUSED_KSYMS=y"  # exported symbols decide on what else is made again
THIN = b"!<thin>\n"  # ar(5): holds names, not what the objects do


@dataclass(frozen=True)
class Whole:
    """A tree of which all was built: what has ``changed`` since, and which C files others ``include``. Paths in it."""

    changed: frozenset[str] = frozenset()
    included: frozenset[str] = frozenset()

    def and_changed(self, names: Iterable[str]) -> "Whole":
        """With these as well."""
        return Whole(self.changed | frozenset(names), self.included)

    def objects(self, tree: Path) -> tuple[str, ...] | None:
        """The objects that are to be made again; None if it takes the whole way to know what depends on the changes."""
        if not self.changed or not _has_one_target(tree) or self.changed & self.included:
            return None
        objects = {name: _object(name) for name in sorted(self.changed)}
        if not all(_is_built_in(tree, name, built) for name, built in objects.items()):
            return None
        return tuple(objects.values())

    def built(self, tree: Path, objects: Iterable[str] | None) -> "Whole":
        """Once all is built, of which ``objects`` were made by name; None: there is no telling which were made."""
        if not _has_one_target(tree):
            return Whole()  # nobody will ask what is included, and to know it takes a look at every directory
        commands = (_commands(tree / each) for each in objects) if objects is not None else tree.rglob(".*.cmd")
        known = self.included if objects is not None else frozenset()
        return Whole(included=known.union(*(_included(path) for path in commands)))


def read(tree: Path) -> Whole | None:
    """What is known of the tree; None for one that was not built whole, or has changed in a way that nobody noted."""
    try:
        state = json.loads((tree / STATE).read_text())
    except FileNotFoundError:
        return None
    return Whole(frozenset(state["changed"]), frozenset(state["included"]))


def forget(tree: Path) -> None:
    """Before files change: a lab that is killed meanwhile leaves no word of them."""
    (tree / STATE).unlink(missing_ok=True)


def put(tree: Path, whole: Whole) -> None:
    """Keeps it for the next build."""
    state = {"changed": sorted(whole.changed), "included": sorted(whole.included)}
    write_atomically(tree / STATE, [json.dumps(state).encode()])


def touch_archives(tree: Path, objects: Iterable[str]) -> None:
    """All that hold the objects, the innermost first: what is linked from them is linked again."""
    for archive in sorted({path for name in objects for path in _archives(name)}, key=lambda path: -path.count("/")):
        (tree / archive).touch()


def _has_one_target(tree: Path) -> bool:
    config = (tree / ".config").read_text().splitlines()
    return RECURSES not in config and bool(ONE_TARGET.search((tree / "Makefile").read_text()))


def _object(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".o"))


def _commands(object_: Path) -> Path:
    return object_.with_name(f".{object_.name}.cmd")


def _archives(object_: str) -> list[str]:
    return [str(folder / "built-in.a") for folder in PurePosixPath(object_).parents]


def _is_built_in(tree: Path, name: str, object_: str) -> bool:
    """Whether it is a C file that is there still, its object a member of its directory's archive, and all are thin."""
    if not name.endswith(".c") or not (tree / name).is_file() or not _commands(tree / object_).is_file():
        return False
    contents = [_content(tree / archive) for archive in _archives(object_)]
    member = f"\n{PurePosixPath(object_).name}/\n".encode()
    return all(each.startswith(THIN) for each in contents) and member in contents[0]


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _included(commands: Path) -> frozenset[str]:
    """C files that the object depends on, but for its own, which stands in a line of another form."""
    text = _content(commands)
    return frozenset(posixpath.normpath(name.decode(errors="replace")) for name in DEPENDS_ON_C.findall(text))
