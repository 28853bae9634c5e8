# SPDX-License-Identifier: GPL-2.0-only
"""What a bisect prints at its end."""

from harness.bisect.commits import GOOD, Commits
from harness.bisect.git_log import words
from harness.bisect.outcome import Outcome
from harness.bisect.state import State
from harness.bisect.tester import Tested


def render(state: State, commits: Commits) -> str:
    """A line a test, and the answer."""
    place = {name: index for index, name in enumerate(commits.graph.commits)}
    lines = [_line(commits.title(place.get(name, GOOD)), each) for name, each in state.tested.items()]
    counts = words({name: each.outcome for name, each in state.tested.items()})
    seconds = sum(each.build_seconds + each.sweep_seconds for each in state.tested.values())
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    lines += ["", f"{len(state.tested)} of {len(place) + 1} commits tested ({told}) in {seconds:.0f} s"]
    found = [commits.title(place[name]) for name in state.found]
    if state.over and len(found) == 1:
        return "\n".join([*lines, f"first bad commit: {found[0]}"])
    return "\n".join([*lines, f"the first bad commit is one of these {len(found)}, {_why(state)}:", *found])


def _why(state: State) -> str:
    """Why the commits that are left cannot be told apart."""
    if state.over:
        return "the rest cannot be tested"
    broke = any(state.tested[name].outcome is Outcome.BROKEN for name in state.found if name in state.tested)
    return "the lab broke at some of them, which the same command tests again" if broke else "the time was over"


def _line(title: str, tested: Tested) -> str:
    detail = tested.detail.splitlines()[0][:90] if tested.detail else ""
    return f"{tested.outcome:13} {tested.build_seconds:5.0f} + {tested.sweep_seconds:4.0f} s  {title[:60]}  {detail}"
