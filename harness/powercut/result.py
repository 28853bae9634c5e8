# SPDX-License-Identifier: GPL-2.0-only
"""What `lab powercut` found, as plain values, and the word that follows from it."""

import json
from dataclasses import asdict, dataclass

from harness.counted import counted
from harness.powercut.checks import Wrong
from harness.verdict.verdict import Word


@dataclass(frozen=True)
class Failure:
    """One crash image that is wrong. ``known``: where that is documented, "" if it is not."""

    scenario: str
    schedule: str
    moment: str
    subset: str
    wrong: tuple[Wrong, ...]
    known: str = ""
    image: str = ""  # kept in the run folder


@dataclass(frozen=True)
class Tally:
    """One scenario in numbers; ``broken``: why it says nothing."""

    scenario: str
    schedules: int = 0
    cuts: int = 0  # moments times subsets
    promised: int = 0  # cuts at which some sync had promised something
    images: int = 0  # of these different ones, each rebooted once
    failing: int = 0
    known: int = 0
    broken: str = ""
    recorded: bool = True  # the sweep ran to its bound


@dataclass(frozen=True)
class PowerCuts:
    """A whole run of it. ``left``: cuts that there was no time for."""

    number: int
    kernel: str
    release: str
    key: str
    filesystem: str
    seed: int
    bound: int
    sample: int
    tallies: tuple[Tally, ...]
    failures: tuple[Failure, ...]
    reproduce: str
    seconds: float = 0.0
    left: int = 0
    boots: int = 0

    @property
    def word(self) -> Word:
        """FAIL before BROKEN before INCONCLUSIVE before PASS, as everywhere."""
        if any(not failure.known for failure in self.failures):
            return Word.FAIL
        if any(tally.broken for tally in self.tallies):
            return Word.BROKEN
        if self.left or not self.tallies or not all(tally.promised and tally.recorded for tally in self.tallies):
            return Word.INCONCLUSIVE
        return Word.PASS

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        images, cuts = sum(each.images for each in self.tallies), sum(each.cuts for each in self.tallies)
        schedules = sum(each.schedules for each in self.tallies)
        where = f"{counted(schedules, 'schedule')} of {counted(len(self.tallies), 'scenario')}"
        of = f"{counted(images, 'crash image')} of {counted(cuts, 'power cut')} in {where}"
        bad = sum(not failure.known for failure in self.failures)
        known = sum(bool(failure.known) for failure in self.failures)
        also = f"; {counted(known, 'cut')} of what is documented" if known else ""
        if self.word is Word.FAIL:
            return f"`{self.kernel}` fails at {counted(bad, 'power cut')}: {of}{also}"
        if self.word is Word.BROKEN:
            return next(each.broken for each in self.tallies if each.broken)
        if self.word is Word.INCONCLUSIVE:
            checked = "what was checked of " if self.left else ""
            return f"`{self.kernel}`: nothing is wrong with {checked}{of}, but {self._lacking()}"
        but = ", documented cases aside," if known else ""
        return f"`{self.kernel}` keeps what its syncs promised{but} and a sound {self.filesystem}: {of}{also}"

    def _lacking(self) -> str:
        if self.left:
            return f"{self.left} images were not checked: the time was over"
        if not self.tallies:
            return "there was no scenario"
        short = [each.scenario for each in self.tallies if not each.recorded]
        if short:
            return f"not every schedule was recorded of {', '.join(short)}"
        return f"no sync promised anything in {', '.join(each.scenario for each in self.tallies if not each.promised)}"


def dump(result: PowerCuts) -> str:
    """powercut.json, and what --json prints."""
    plain = {"word": result.word.value, "status": int(result.word.status), "sentence": result.sentence}
    return json.dumps(plain | asdict(result), indent=1) + "\n"
