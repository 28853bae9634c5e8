# SPDX-License-Identifier: GPL-2.0-only
"""Pristine source trees in the cache, and what can be read off a kernel tree."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness import folders
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.locks import keep, locked
from harness.kernel.series import Content, content

KIND = "sources"
VARIABLE = re.compile(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)\s*=[ \t]*(\S*)", re.M)
MUST_EXIST = ("Makefile", "Kconfig", "scripts/kconfig/merge_config.sh")


@dataclass(frozen=True)
class SourceTree:
    """A pristine kernel tree in the cache, never built in. ``note``: where it came from, as a report has it.

    ``own``: the user's own code, so that it may be at fault where it does not compile. ``differs``: files that are
    not as in ``folder``, with their bytes, None for those that are gone.
    """

    folder: Path
    release: str
    digest: str
    note: str = ""
    own: bool = False
    differs: Mapping[str, Content] = field(default_factory=dict, hash=False)

    def content(self, name: str) -> Content:
        """The bytes of a file of the tree, None if it has none of that name."""
        return self.differs[name] if name in self.differs else content(self.folder / name)


def release_of(tree: Path) -> str:
    """The release that a tree's Makefile states, as "6.1.192" or "6.19.0-rc3"."""
    return release_said((tree / "Makefile").read_text(errors="replace"))


def release_said(makefile: str) -> str:
    """The release that the text of a kernel's Makefile states."""
    parts: dict[str, str] = dict(VARIABLE.findall(makefile))
    numbers = [parts.get(name, "") for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    return ".".join(number for number in numbers if number) + parts.get("EXTRAVERSION", "")


def check_tree(tree: Path, named: Path) -> None:
    """Raises BadInput, saying ``named``, if ``tree`` is no Linux source tree."""
    for name in MUST_EXIST:
        if not (tree / name).is_file():
            raise BadInput(f"{named} holds no Linux source tree: {name} is missing in it")


def stored(digest: str, fill: Callable[[Path], Path], named: Path, deadline: Deadline) -> Path:
    """The tree with this digest, unpacked by ``fill(scratch folder) -> tree in it`` where it is not there yet."""
    entry = folders.cache() / KIND / digest
    with locked(entry, deadline, "unpack a kernel source"):
        if not (entry / "linux").is_dir():
            _fill(entry, fill, named)
    keep(entry)
    return entry / "linux"


def _fill(entry: Path, fill: Callable[[Path], Path], named: Path) -> None:
    draft = entry.with_name(f".draft-{entry.name}")  # one name, under the lock: a killed draft is reused
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "in").mkdir(parents=True)
    try:
        tree = fill(draft / "in")
        check_tree(tree, named)
        tree.rename(draft / "linux")
        shutil.rmtree(draft / "in", ignore_errors=True)
        shutil.rmtree(entry, ignore_errors=True)
        draft.rename(entry)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
