# SPDX-License-Identifier: GPL-2.0-only
"""A bisect as `git bisect log` has it: `git bisect replay FILE` takes it."""

from collections.abc import Callable, Mapping

from harness.bisect.outcome import Outcome
from harness.bisect.tester import Tested


def git_log(good: str, bad: str, tested: Mapping[str, Tested], title: Callable[[str], str]) -> str:
    """The text; commits are full ids, comments say what was seen."""
    lines = [f"git bisect start '{bad}' '{good}'"]
    for commit, each in tested.items():
        if commit in (good, bad):
            continue
        seconds = f"{each.build_seconds:.0f} s build, {each.sweep_seconds:.0f} s sweep"
        why = "" if each.outcome.says else f"{each.outcome}, "
        lines += [f"# {each.outcome.git}: [{commit}] {title(commit)}"]
        lines += [f"# {why}{_one_line(each.detail)} ({seconds})", f"git bisect {each.outcome.git} {commit}"]
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:160]


def words(outcomes: Mapping[str, Outcome]) -> dict[str, int]:
    """How many commits had which outcome."""
    return {str(each): count for each in Outcome if (count := sum(one is each for one in outcomes.values()))}
