# SPDX-License-Identifier: GPL-2.0-only
"""The pace of random races on two kernels, in wall time: told beside the cost, it decides nothing."""

from collections.abc import Sequence

from harness.compare.trials import Block
from harness.cost.change import CostChange, set_against

PACE_BLOCKS = 4  # fewer say nothing of a pace


def pace_changes(blocks: Sequence[Block], before: str, after: str) -> tuple[CostChange, ...]:
    """Races a second of wall time, by scenario, from blocks that were run in random order."""
    found = []
    for scenario in dict.fromkeys(block.scenario for block in blocks):
        one, two = ([each.pace for each in blocks if (each.scenario, each.kernel) == (scenario, kernel)]
                    for kernel in (before, after))  # fmt: skip
        if min(len(one), len(two)) >= PACE_BLOCKS and all([*one, *two]):
            found.append(set_against(scenario, "pace of races", "/s", one, two, exact=False))
    return tuple(found)
