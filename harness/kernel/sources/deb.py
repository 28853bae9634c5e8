# SPDX-License-Identifier: GPL-2.0-only
"""A local linux-source .deb."""

from pathlib import Path

from harness.deadline import Deadline
from harness.kernel.sources.tree import SourceTree, release_of, stored
from harness.kernel.sources.unpack import DIGEST_DIGITS, sha256_of, undeb


def obtain(deb: Path, deadline: Deadline) -> SourceTree:
    """The tree in the package. Raises BadInput if it is no linux-source package."""
    digest = sha256_of(deb)[:DIGEST_DIGITS]
    folder = stored(digest, lambda scratch: undeb(deb, scratch, deadline), deb, deadline)
    return SourceTree(folder, release_of(folder), digest, note=deb.name)
