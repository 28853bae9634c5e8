# SPDX-License-Identifier: GPL-2.0-only
"""Holm's step-down adjustment for many comparisons."""

from collections.abc import Sequence


def holm(values: Sequence[float]) -> tuple[float, ...]:
    """The adjusted p of each, in the order given: at most alpha of any false alarm, whatever depends on what.

    S. Holm. *A Simple Sequentially Rejective Multiple Test Procedure.* Scandinavian Journal of Statistics 6 (1979).
    """
    adjusted = [0.0] * len(values)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(values)), key=lambda each: values[each])):
        highest = max(highest, min(1.0, (len(values) - rank) * values[at]))
        adjusted[at] = highest
    return tuple(adjusted)
