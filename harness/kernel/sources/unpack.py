# SPDX-License-Identifier: GPL-2.0-only
"""Unpacks archives and finds the tree in them."""

import hashlib
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import BadInput
from harness.process import CommandFailed, run
from harness.progress import say

DIGEST_DIGITS = 20


def sha256_of(path: Path) -> str:
    """The file's sha256 in hex. Raises BadInput if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None


def untar(archive: Path, folder: Path, deadline: Deadline) -> Path:
    """Unpacks a tarball into ``folder`` and returns the one directory in it. Raises BadInput."""
    say(f"unpacking {archive.name}")
    try:
        run(["tar", "--no-same-owner", "-xf", archive, "-C", folder], deadline=deadline)
    except CommandFailed as error:
        raise BadInput(f"{archive} cannot be unpacked: {error.output.strip().splitlines()[-1:]}") from None
    found = [path for path in folder.iterdir() if path.is_dir()]
    if len(found) != 1:
        raise BadInput(f"{archive} holds {len(found)} directories; a kernel's tarball holds one")
    return found[0]


def undeb(deb: Path, folder: Path, deadline: Deadline) -> Path:
    """Unpacks a linux-source .deb into ``folder`` and returns the kernel tree. Raises BadInput."""
    try:
        run(["dpkg-deb", "--extract", deb, folder / "deb"], deadline=deadline)
    except CommandFailed as error:
        raise BadInput(f"{deb} is no Debian package: {error.output.strip().splitlines()[-1:]}") from None
    archives = sorted((folder / "deb" / "usr" / "src").glob("linux-source-*.tar*"))
    if not archives:
        raise BadInput(f"{deb} is no linux-source package: there is no usr/src/linux-source-*.tar in it")
    (folder / "tar").mkdir()
    return untar(archives[0], folder / "tar", deadline)
