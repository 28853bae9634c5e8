# SPDX-License-Identifier: GPL-2.0-only
"""An unpacked tree of the user's: copied into the cache, cleaned there, never built in or written to."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.deadline import Deadline
from harness.kernel.sources.tree import SourceTree, check_tree, release_of, stored
from harness.kernel.sources.unpack import DIGEST_DIGITS
from harness.process import run
from harness.progress import say

BUILT = (".o", ".a", ".ko", ".cmd", ".mod", ".d", ".order", ".symvers")


def obtain(tree: Path, deadline: Deadline) -> SourceTree:
    """A copy of ``tree`` as it is now. Raises BadInput if it is no kernel tree.

    Its digest is over names, sizes and times, as make's own idea of change; reading 80,000 files would cost seconds.
    """
    check_tree(tree, tree)
    digest = _digest(tree)
    folder = stored(digest, lambda scratch: _copy(tree, scratch / "copy", deadline), tree, deadline)
    return SourceTree(folder, release_of(folder), digest, note=str(tree), own=True)


def _digest(tree: Path) -> str:
    total = hashlib.sha256(str(tree.resolve()).encode())
    for path, status in sorted(_files(tree)):
        total.update(f"{path}\0{status[0]}\0{status[1]}\0".encode())
    return total.hexdigest()[:DIGEST_DIGITS]


def _files(tree: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            if not name.endswith(BUILT):
                path = Path(folder, name)
                status = path.lstat()
                yield str(path.relative_to(tree)), (status.st_size, status.st_mtime_ns)


def _copy(tree: Path, copy: Path, deadline: Deadline) -> Path:
    say(f"copying {tree}")
    ignored = shutil.ignore_patterns(".git", *(f"*{suffix}" for suffix in BUILT))
    shutil.copytree(tree, copy, symlinks=True, ignore=ignored)
    if (copy / ".config").exists() or (copy / "include" / "generated").exists():
        run(["make", "mrproper"], cwd=copy, deadline=deadline)
    return copy
