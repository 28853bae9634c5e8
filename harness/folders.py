# SPDX-License-Identifier: GPL-2.0-only
"""The only folders the lab writes to: the cache, the runs, and files the user names (XDG base directories)."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """The cache: kernels, images, probed facts. ``$LAB_CACHE``, else ``$XDG_CACHE_HOME/dax-lab``, else ``~/.cache/dax-lab``."""
    base = os.environ.get("LAB_CACHE")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dax-lab"


def runs() -> Path:
    """The numbered run folders: ``$LAB_RUNS``, else ``runs/`` in the project."""
    return Path(os.environ.get("LAB_RUNS") or PROJECT / "runs")
