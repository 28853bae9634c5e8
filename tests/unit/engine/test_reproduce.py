# SPDX-License-Identifier: GPL-2.0-only
import shlex
from pathlib import Path

from harness import folders
from harness.cli import make_parser
from harness.config.units import seconds_of
from harness.engine.experiment import Choice, resolve
from harness.engine.reproduce import command, reproduce_line, seconds
from tests.fakes.prebuilt import NAME

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


def test_the_line_that_reproduces_a_run_is_read_as_what_was_asked_for(kernels: Path) -> None:
    said = Choice(
        kernels / "lab.yaml", scenarios=(NAME,), bound=1, budget=90.0, granularity="instructions", stress=False
    )
    program, *words = shlex.split(reproduce_line(resolve(said)))
    args = make_parser(["run"]).parse_args(words)
    assert program == "./lab"
    assert (args.config, args.without, args.with_) == (said.config, "other", "stock")
    assert (args.scenario, args.bound, args.points) == ([NAME], 1, "instructions")
    assert (seconds_of(args.budget), args.no_stress) == (90.0, True)
