# SPDX-License-Identifier: GPL-2.0-only
"""Where kernel sources come from: one module a kind, each turning its section of lab.yaml into a pristine tree."""

from pathlib import Path

from harness.config.models import DebianSource, DebSource, GitSource, Source, TarballSource, TreeSource
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.sources.tree import SourceTree

__all__ = ["SourceTree", "obtain"]


def obtain(source: Source, deadline: Deadline) -> SourceTree:
    """The pristine tree of ``source``, in the cache. Raises BadInput or LabBroke if it cannot be had."""
    from harness.kernel.sources import deb, debian, local, tarball

    match source:
        case DebianSource():
            return debian.obtain(source.debian, source.fallback, deadline)
        case DebSource():
            return deb.obtain(Path(source.deb), deadline)
        case TarballSource():
            return tarball.obtain(Path(source.tarball), source.sha256, deadline)
        case TreeSource():
            return local.obtain(Path(source.tree), deadline)
        case GitSource():
            raise BadInput("git sources come later: give a `tree` (a checkout) or a `tarball` instead")
