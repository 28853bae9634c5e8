# SPDX-License-Identifier: GPL-2.0-only
"""Debian's linux-source packages, fetched by a private apt, or the first fallback that can be had."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from harness import folders
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.image.content import write_atomically
from harness.kernel.locks import keep, locked
from harness.kernel.sources import deb
from harness.kernel.sources.apt import Apt
from harness.kernel.sources.tree import KIND, SourceTree, release_of
from harness.progress import say

# Which Debian release has which package; a line more makes a newer one available.
RELEASES = {
    "linux-source-6.1": ("bookworm",),
    "linux-source-6.12": ("trixie", "bookworm"),
}
NETWORK_SECONDS = 600.0


def obtain(package: str, fallback: Sequence[str], deadline: Deadline) -> SourceTree:
    """The tree of ``package``, else of the first of ``fallback`` that can be had, with a note that says so.

    What was fetched once is used as long as it is in the cache, so that two runs test the same kernel.
    Raises BadInput for a package that no known release has, LabBroke if none can be had.
    """
    failures: list[str] = []
    for name in (package, *fallback):
        if name not in RELEASES:
            raise BadInput(f"`{name}`: not known which Debian release has it; there are {', '.join(RELEASES)}")
        try:
            tree = _cached(name) or _fetched(name, deadline)
        except LabBroke as error:
            failures.append(f"{name}: {error}")
            continue
        note = f"{package} could not be had ({failures[0]}); {name} is used instead" if failures else ""
        if note:
            say(note)
        return SourceTree(tree.folder, tree.release, tree.digest, note)
    raise LabBroke("\n".join(failures))


def _pointer(package: str) -> Path:
    """A file that names the digest of the package's tree."""
    return folders.cache() / KIND / f"{package}.json"


def _cached(package: str) -> SourceTree | None:
    try:
        digest = json.loads(_pointer(package).read_text())["digest"]
        keep(folders.cache() / KIND / digest)
    except (FileNotFoundError, ValueError, KeyError):
        return None
    folder = folders.cache() / KIND / digest / "linux"
    return SourceTree(folder, release_of(folder), digest) if folder.is_dir() else None


def _fetched(package: str, deadline: Deadline) -> SourceTree:
    soon = deadline.sooner(NETWORK_SECONDS)
    failures = []
    for release in RELEASES[package]:
        folder = folders.cache() / "apt" / release
        with locked(folder, soon, f"fetch {package}"):
            if found := _cached(package):
                return found
            try:
                return _fetch_from(Apt(folder, release), package, soon)
            except LabBroke as error:
                failures.append(str(error))
    raise LabBroke("; ".join(failures))


def _fetch_from(apt: Apt, package: str, deadline: Deadline) -> SourceTree:
    apt.set_up()
    say(f"fetching Debian {apt.release}'s {package} (about 150 MB, once)")
    apt.update(deadline)
    version = apt.version(package, deadline)
    if not version:
        raise LabBroke(f"Debian {apt.release} has no {package}")
    archive = apt.download(package, version, deadline)
    tree = deb.obtain(archive, deadline)
    write_atomically(_pointer(package), [json.dumps({"digest": tree.digest, "version": version}).encode()])
    shutil.rmtree(apt.folder, ignore_errors=True)  # package lists of 50 MB, of no use once the source is there
    return tree
