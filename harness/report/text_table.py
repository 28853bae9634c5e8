# SPDX-License-Identifier: GPL-2.0-only
"""Rows of text in columns as wide as their longest word."""

from collections.abc import Sequence


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A line a row; every row has as many columns as the first."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
