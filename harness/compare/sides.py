# SPDX-License-Identifier: GPL-2.0-only
"""What is compared, from the words of the command line: kernels of lab.yaml, versions of a series, past runs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.config.loader import load_series, no_series, series_folder
from harness.config.models import KernelSpec, Lab, Series
from harness.config.problems import choice
from harness.errors import BadInput
from harness.results.folder import RunFolder

VERSIONED = re.compile(r"^(?:patches/)?(?P<series>[^@]+?)/?@(?P<first>[^.@]+)(?:\.\.(?P<last>[^.@]+))?$")


@dataclass(frozen=True)
class Side:
    """One kernel to compare. It is to be built and swept if it has a ``spec``, else it is ``kernel`` of ``run``."""

    label: str
    spec: KernelSpec | None = None
    run: Path | None = None
    kernel: str = ""


@dataclass(frozen=True)
class Words:
    """How words are read: ``on`` is the kernel of lab.yaml that versions of a series are applied to."""

    lab: Lab
    config: Path
    on: str = ""
    runs: Path | None = None  # folder of the runs, None: where they always are

    def sides(self, words: Sequence[str]) -> tuple[Side, ...]:
        """The kernels that the words mean, in their order. Raises BadInput, also for fewer than two or one twice."""
        found = [side for word in words for side in self._sides(word)]
        labels = [side.label for side in found]
        twice = next((label for label in labels if labels.count(label) > 1), "")
        if twice:
            raise BadInput(f"`{twice}` cannot be compared with itself: name each kernel once")
        if len(found) < 2:
            raise BadInput(
                f"there is nothing to compare `{labels[0] if labels else ''}` with: name two kernels or more"
            )
        return tuple(found)

    def _sides(self, word: str) -> list[Side]:
        versioned = VERSIONED.match(word)
        if versioned:
            return self._versions(versioned["series"], versioned["first"], versioned["last"] or versioned["first"])
        if word in self.lab.kernels:
            return [Side(word, self.lab.kernels[word])]
        return [self._run(word)]

    def _versions(self, name: str, first: str, last: str) -> list[Side]:
        series = _series(name)
        names = sorted(series.versions, key=lambda each: (len(each), each))
        for version in (first, last):
            if version not in names:
                raise BadInput(f"no version of {name} is called `{version}`{choice(version, names)}")
        chosen = names[names.index(first) : names.index(last) + 1]
        if not chosen:
            raise BadInput(f"{name}@{first}..{last}: {last} comes before {first}; write {last}..{first}")
        spec, short = self._base(name), name.rpartition("/")[2]
        return [
            Side(f"{short}-{version}", spec.model_copy(update={"series": name, "version": version}))
            for version in chosen
        ]

    def _base(self, series: str) -> KernelSpec:
        """The kernel whose source a series is applied to: one asked for, one that has the series, or that of `with`."""
        kernels = self.lab.kernels
        if self.on and self.on not in kernels:
            raise BadInput(f"--on: {self.config} has no kernel `{self.on}`{choice(self.on, list(kernels))}")
        users = [name for name, spec in kernels.items() if spec.series == series]
        name = self.on or (users[0] if users else self.lab.experiment.with_)
        if not kernels[name].source:
            raise BadInput(f"kernels.{name}: it is prebuilt: name with --on a kernel that {series} can be applied to")
        return kernels[name]

    def _run(self, word: str) -> Side:
        name, _, kernel = word.partition(":")
        try:
            folder = RunFolder.open(name, self.runs)
        except BadInput as error:
            known = ", ".join(self.lab.kernels)
            raise BadInput(
                f"`{word}` is no kernel of {self.config} ({known}), no SERIES@VERSION, and {error}"
            ) from None
        run = folder.load()
        names = [each.name for each in run.kernels]
        tested = run.kernel("with") or run.kernels[0]
        if kernel and kernel not in names:
            raise BadInput(f"{word}: run {name} has no kernel `{kernel}`{choice(kernel, names)}")
        return Side(f"{folder.path.name}:{kernel or tested.name}", None, folder.path, kernel or tested.name)


def _series(name: str) -> Series:
    folder = series_folder(name)
    if not (folder / "series.yaml").is_file():
        raise BadInput(no_series(name))
    return load_series(folder)
