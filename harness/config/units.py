# SPDX-License-Identifier: GPL-2.0-only
"""Sizes and times as people write them: ``512M``, ``30m``."""

import re

SIZE = re.compile(r"([1-9][0-9]*)([KMGT])")
SPAN = re.compile(r"([1-9][0-9]*)([smh])")
SIZE_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
SPAN_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def bytes_of(text: str) -> int:
    """Bytes in ``"512M"`` (K, M, G, T are powers of 1024). Raises ValueError for anything else."""
    found = SIZE.fullmatch(text)
    if not found:
        raise ValueError(f"`{text}` is no size: write a whole number with K, M, G or T, as 512M")
    return int(found[1]) * SIZE_UNITS[found[2]]


def seconds_of(text: str) -> float:
    """Seconds in ``"90s"``, ``"30m"`` or ``"2h"``. Raises ValueError for anything else."""
    found = SPAN.fullmatch(text)
    if not found:
        raise ValueError(f"`{text}` is no length of time: write a whole number with s, m or h, as 30m")
    return int(found[1]) * SPAN_UNITS[found[2]]


def size_text(size: int) -> str:
    """Bytes as a person reads them: ``"3.6M"``."""
    for unit, factor in reversed(SIZE_UNITS.items()):
        if size >= factor:
            return f"{size / factor:.1f}{unit}"
    return f"{size}B"
