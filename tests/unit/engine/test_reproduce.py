# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

from harness import folders
from harness.engine.reproduce import command, seconds

OURS = folders.PROJECT / "lab.yaml"


def test_what_was_not_given_is_left_out_and_a_bound_of_0_is_given() -> None:
    options = {"scenario": ("a", "b"), "bound": 0, "points": None, "prune": False, "no-stress": True, "base": ""}
    assert command(["run"], OURS, options) == "./lab run --scenario=a,b --bound=0 --no-stress"


def test_a_file_of_ones_own_is_named_and_what_a_shell_would_read_is_quoted() -> None:
    line = command(["replay", "3"], Path("my lab.yaml"), {"schedule": "AB A@f+0x1#1"})
    assert line == "./lab replay 3 --config 'my lab.yaml' '--schedule=AB A@f+0x1#1'"


def test_a_budget_is_told_in_seconds() -> None:
    assert seconds(90.0) == "90s"
    assert seconds(None) is None
