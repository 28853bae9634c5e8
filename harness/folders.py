# SPDX-License-Identifier: GPL-2.0-only
"""The only folders the lab writes to: the cache, the runs, and files the user names (XDG base directories)."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """Kernels, images, probed facts: ``$LAB_CACHE``, else dax-lab in ``$XDG_CACHE_HOME``, else in ``~/.cache``."""
    base = os.environ.get("LAB_CACHE")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dax-lab"


def runs() -> Path:
    """The numbered run folders: ``$LAB_RUNS``, else ``runs/`` in the project."""
    return Path(os.environ.get("LAB_RUNS") or PROJECT / "runs")
