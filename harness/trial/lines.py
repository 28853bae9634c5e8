# SPDX-License-Identifier: GPL-2.0-only
"""Lines that differ between two kernels' sources, as numbered in each: whatever made the difference."""

from collections.abc import Iterable

from harness.kernel.artefacts import Kernel
from harness.points.touched import Line, difference


def changed_lines(without: Kernel, with_: Kernel, files: Iterable[str]) -> tuple[set[Line], set[Line]]:
    """What difference() says of kept source files of two kernels; one that a kernel has not kept is empty there."""
    before, after = set[Line](), set[Line]()
    for file in files:
        found = difference(_text(without, file), _text(with_, file))
        before |= {(file, number) for number in found.gone}
        after |= {(file, number) for number in found.come}
    return before, after


def _text(kernel: Kernel, file: str) -> str:
    """Nothing for a file that the change adds or removes, or a header that only the patched kernel keeps."""
    return kernel.source(file) if kernel.keeps(file) else ""
