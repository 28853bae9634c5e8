# SPDX-License-Identifier: GPL-2.0-only
"""What a mutant's row says, also when no scenario is left."""

from harness.mutants.matrix import Cell
from harness.mutants.runner import _state

CELL = Cell("read-write-hole", 1, {0: 2, 1: 12}, {}, {}, 0, 0.1, True)


def test_no_scenario_at_all_is_no_survival() -> None:
    assert _state([], [])[0] == "broken"
    assert _state([CELL], []) == ("survived", "")
    assert _state([CELL], [CELL]) == ("killed", "")
