# SPDX-License-Identifier: GPL-2.0-only
"""A local tarball, checked by its sha256."""

from pathlib import Path

from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.sources.tree import SourceTree, release_of, stored
from harness.kernel.sources.unpack import DIGEST_DIGITS, sha256_of, untar


def obtain(tarball: Path, sha256: str, deadline: Deadline) -> SourceTree:
    """The tree in the tarball. Raises BadInput if its checksum is another or it is no kernel's."""
    found = sha256_of(tarball)
    if found != sha256:
        raise BadInput(f"{tarball}: its sha256 is {found}, `sha256` says {sha256}: correct one of them")
    digest = found[:DIGEST_DIGITS]
    folder = stored(digest, lambda scratch: untar(tarball, scratch, deadline), tarball, deadline)
    return SourceTree(folder, release_of(folder), digest, note=tarball.name, own=True)
