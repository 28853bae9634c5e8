# SPDX-License-Identifier: GPL-2.0-only
"""A bisect on disk: whole after each test, so that one that was killed goes on where it was."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from harness import folders
from harness.bisect.outcome import Outcome
from harness.bisect.tester import Tested
from harness.errors import BadInput
from harness.results.files import write_whole
from harness.results.folder import RunFolder

FILE, LOG = "bisect.json", "bisect.log"


@dataclass(frozen=True)
class State:
    """``question``: what is asked, the same words mean the same bisect. ``tested`` by commit, in the order of tests;
    ``raced``: tests by random races, of which a commit may have several."""

    question: dict[str, str]
    tested: dict[str, Tested] = field(default_factory=dict)
    raced: tuple[tuple[str, Outcome], ...] = ()
    found: tuple[str, ...] = ()
    over: bool = False

    def with_test(self, commit: str, tested: Tested) -> "State":
        """The same with one more test."""
        return replace(self, tested={**self.tested, commit: tested})

    def without_test(self, commit: str) -> "State":
        """The same as if that commit had not been tested."""
        return replace(self, tested={name: each for name, each in self.tested.items() if name != commit})

    def resumed(self) -> "State":
        """The same without the tests in which the lab broke, which say nothing of their commits."""
        broken = Outcome.BROKEN
        tested = {name: each for name, each in self.tested.items() if each.outcome is not broken}
        return replace(self, tested=tested, raced=tuple(each for each in self.raced if each[1] is not broken))

    def save(self, folder: Path) -> None:
        """Writes it, whole or not at all."""
        write_whole(folder / FILE, json.dumps(asdict(self), indent=1, default=sorted) + "\n")


def begun(question: dict[str, str]) -> tuple[Path, State]:
    """The folder of a bisect with this question that is not over, with its state; else a new one.

    A commit at which the lab broke is tested again.
    """
    parent = folders.runs() / "bisect"
    for file in sorted(parent.glob(f"*/{FILE}"), key=lambda path: -int(path.parent.name)):
        state = load(file)
        if state.question == question and not state.over:
            return file.parent, state.resumed()
    folder = RunFolder.create(parent).path
    state = State(question)
    state.save(folder)
    return folder, state


def load(file: Path) -> State:
    """What save() wrote. Raises BadInput for a file that is none."""
    try:
        return TypeAdapter(State).validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(f"{file} is no bisect's state ({reason}): delete its folder, it is begun anew") from None
