# SPDX-License-Identifier: GPL-2.0-only
"""Debian's linux-source packages, fetched by a private apt, or the first fallback that can be had."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from harness import folders
from harness.config.models import DebianSource
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.image.content import write_atomically
from harness.kernel.locks import keep, locked
from harness.kernel.sources import deb
from harness.kernel.sources.apt import Apt
from harness.kernel.sources.tree import KIND, SourceTree, release_of
from harness.progress import say

# Where a package is looked for if lab.yaml names no release: what does not move. One more is one line.
RELEASES = {
    "linux-source-5.10": ("bullseye",),
    "linux-source-6.1": ("bookworm",),
    "linux-source-6.12": ("trixie", "bookworm"),
}
NEWEST = "linux-source"  # Debian's metapackage
NETWORK_SECONDS = 600.0


def obtain(source: DebianSource, deadline: Deadline) -> SourceTree:
    """The tree of the package, else of the first fallback that can be had; the note has package and version.

    What was fetched once is used as long as it is in the cache, so that two runs test the same kernel.
    Raises BadInput for a package or release that is not known, LabBroke if none can be had.
    """
    failures: list[str] = []
    for name in (source.debian, *source.fallback):
        releases = _releases(name, source.release)
        pointer = _pointer(name, source.release)
        try:
            tree = _cached(pointer) or _fetched(name, releases, pointer, deadline)
        except LabBroke as error:
            failures.append(f"{name}: {error}")
            continue
        if failures:
            told = f"{source.debian} could not be had ({failures[0]}); {name} is used instead"
            say(told)
            tree = replace(tree, note=f"{tree.note}: {told}")
        return tree
    raise LabBroke("\n".join(failures))


def _releases(package: str, release: str | None) -> tuple[str, ...]:
    if release:
        return (release,)
    if package not in RELEASES:
        known = ", ".join(RELEASES)
        raise BadInput(f"`{package}`: not known which Debian release has it: name its `release` too; known are {known}")
    return RELEASES[package]


def _pointer(package: str, release: str | None) -> Path:
    """A file that names the digest of the package's tree."""
    return folders.cache() / KIND / (f"{package}@{release}.json" if release else f"{package}.json")


def _cached(pointer: Path) -> SourceTree | None:
    try:
        facts = json.loads(pointer.read_text())
        keep(folders.cache() / KIND / facts["digest"])
        note = named(facts["package"], facts["version"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
    folder = folders.cache() / KIND / facts["digest"] / "linux"
    return SourceTree(folder, release_of(folder), facts["digest"], note) if folder.is_dir() else None


def named(package: str, version: str) -> str:
    """What a report calls the source: package and version are enough to fetch it anywhere."""
    return f"Debian {package} {version}"


def _fetched(package: str, releases: tuple[str, ...], pointer: Path, deadline: Deadline) -> SourceTree:
    soon = deadline.sooner(NETWORK_SECONDS)
    failures = []
    for release in releases:
        folder = folders.cache() / "apt" / release
        with locked(folder, soon, f"fetch {package}"):
            if found := _cached(pointer):
                return found
            try:
                return _fetch_from(Apt(folder, release), package, pointer, soon)
            except LabBroke as error:
                failures.append(str(error))
    raise LabBroke("; ".join(failures))


def _fetch_from(apt: Apt, package: str, pointer: Path, deadline: Deadline) -> SourceTree:
    apt.set_up()
    say(f"fetching Debian {apt.release}'s {package} (about 150 MB, once)")
    apt.update(deadline)
    name = apt.newest_kernel(deadline) if package == NEWEST else package
    version = apt.version(name, deadline) if name else None
    if not name or not version:
        raise LabBroke(f"Debian {apt.release} has no {package}")
    archive = apt.download(name, version, deadline)
    tree = deb.obtain(archive, deadline)
    write_atomically(pointer, [json.dumps({"digest": tree.digest, "package": name, "version": version}).encode()])
    shutil.rmtree(apt.folder, ignore_errors=True)  # package lists of 50 MB, of no use once the source is there
    return replace(tree, note=named(name, version))
