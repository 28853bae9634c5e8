# SPDX-License-Identifier: GPL-2.0-only
"""What `lab report --serve` answers: a list of runs, each run's report, comparisons. Nothing here knows of sockets."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from harness.errors import BadInput, LabError
from harness.results.folder import RunFolder
from harness.results.run import Run

NUMBER = re.compile(r"[1-9]\d{0,8}")  # all of a path that ever reaches the file system
KERNEL = re.compile(r"(?P<run>[1-9]\d{0,8}):(?P<kernel>.+)")
KEPT = 4  # reports in memory


@dataclass(frozen=True)
class Answer:
    """One HTTP response; ``body`` is HTML."""

    status: int
    body: str


@dataclass(frozen=True)
class Listed:
    """One finished run of the list, from its small files alone."""

    number: int
    started: str
    word: str
    sentence: str
    kernels: tuple[str, ...]


class Site:
    """The pages over the runs in one folder."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs

    def answer(self, target: str) -> Answer:
        """The page for a request target such as ``/run/7``. Wrong input is told with status 400, unknown with 404."""
        url = urlsplit(target)
        first, _, rest = url.path.lstrip("/").partition("/")
        try:
            if not first and not rest:
                return self._list()
            if first == "run" and NUMBER.fullmatch(rest):
                return self._run(int(rest))
            if first == "comparison" and NUMBER.fullmatch(rest):
                return self._comparison(int(rest))
            if first == "compare" and not rest:
                return self._compare(parse_qs(url.query))
        except LabError as error:
            return _told(400, str(error))
        return _told(404, "There is no such page.")

    def listed(self) -> list[Listed]:
        """Finished runs, newest first; one whose files are damaged says so."""
        folders = [each for each in self.runs.iterdir() if each.name.isdigit()] if self.runs.is_dir() else []
        ordered = sorted(folders, key=lambda each: int(each.name), reverse=True)
        return [_listed(each) for each in ordered if (each / "verdict.json").is_file()]

    def _list(self) -> Answer:
        folder = self.runs / "compare"
        compared = sorted(int(each.parent.name) for each in folder.glob("*/compare.json") if each.parent.name.isdigit())
        return _page("runs.html.j2", runs=self.listed(), comparisons=compared[::-1])

    def _run(self, number: int) -> Answer:
        from harness.report.logs import excerpts

        path = self._results(number)
        return Answer(200, _report(path, path.stat().st_mtime_ns, tuple(excerpts(path.parent / "dmesg").items())))

    def _results(self, number: int) -> Path:
        path = self.runs / str(number) / "results.json"
        if not path.is_file():
            raise BadInput(f"there is no finished run {number}")
        return path

    def _comparison(self, number: int) -> Answer:
        from harness.compare.store import FILE, load
        from harness.report.comparison import render_comparison_html

        return Answer(200, render_comparison_html(load(self.runs / "compare" / str(number) / FILE)))

    def _compare(self, query: Mapping[str, list[str]]) -> Answer:
        from harness.compare.comparison import ComparedKernel, Comparison, pair
        from harness.compare.seen import seen
        from harness.report.comparison import render_comparison_html

        sides = [self._side(query.get(name, [""])[0], name) for name in ("before", "after")]
        if sides[0] == sides[1]:
            raise BadInput("a kernel cannot be compared with itself: choose two")
        before, after = (seen(f"{number}:{kernel}", self._load(number), kernel) for number, kernel in sides)
        names = [plan.name for plan in before.run.plan.scenarios if after.run.scenario(plan.name)]
        if not names:
            raise BadInput("the two runs have no scenario in common")
        kernels = tuple(
            ComparedKernel(each.label, str(each.run.number), each.kernel.name, each.kernel.release, each.kernel.series,
                           each.kernel.version, each.kernel.build_id, each.kernel.state)
            for each in (before, after)
        )  # fmt: skip
        reproduce = f"./lab compare {before.label} {after.label}"
        comparison = Comparison("", 0.0, kernels, (pair(before, after, names),), reproduce=reproduce)
        return Answer(200, render_comparison_html(comparison))

    def _side(self, word: str, name: str) -> tuple[int, str]:
        found = KERNEL.fullmatch(word)
        if not found:
            raise BadInput(f"choose a run and kernel for `{name}`")
        return int(found["run"]), found["kernel"]

    def _load(self, number: int) -> Run:
        return RunFolder(self._results(number).parent).load()


@lru_cache(maxsize=KEPT)
def _report(path: Path, _changed: int, logs: tuple[tuple[str, str], ...]) -> str:
    from harness.report.html import render_html

    return render_html(RunFolder(path.parent).load(), logs=dict(logs))


def _listed(folder: Path) -> Listed:
    try:
        verdict, versions = _json(folder / "verdict.json"), _json(folder / "versions.json")
        kernels = tuple(str(kernel["name"]) for kernel in versions["kernels"])
        return Listed(
            int(folder.name), str(versions["started"]), str(verdict["word"]), str(verdict["sentence"]), kernels
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Listed(int(folder.name), "", "damaged", "its verdict.json or versions.json cannot be read", ())


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _told(status: int, sentence: str) -> Answer:
    return Answer(status, _page("told.html.j2", sentence=sentence).body)


def _page(name: str, **values: object) -> Answer:
    from markupsafe import Markup

    from harness.report.html import digest, style, template

    return Answer(200, template(name).render(style=Markup(style()), style_digest=digest(style()), **values))
