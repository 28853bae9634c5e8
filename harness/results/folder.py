# SPDX-License-Identifier: GPL-2.0-only
"""The numbered folder of a run: made before anything runs, filled as it goes on, complete with verdict.json.

report.html comes behind that: it can be made again from the rest.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from harness import folders
from harness.errors import BadInput
from harness.results import store
from harness.results.files import write_whole
from harness.results.github import annotations
from harness.results.junit import junit
from harness.results.kcidb import kcidb
from harness.results.ktap import ktap
from harness.results.run import Run

CUTS = "powercut.json"  # a folder with it is of `lab powercut`, whose results no report reads


FORMS = {"junit.xml": junit, "results.ktap": ktap, "kcidb.json": kcidb, "github.annotations": annotations}


@dataclass(frozen=True)
class RunFolder:
    """runs/N. Logs go to ``path`` by whoever writes them; save() adds what is made from a Run."""

    path: Path

    @property
    def number(self) -> int:
        """N."""
        return int(self.path.name)

    @classmethod
    def create(cls, parent: Path | None = None) -> Self:
        """A new folder under the next free number; two callers at once get two numbers."""
        parent = parent or folders.runs()
        parent.mkdir(parents=True, exist_ok=True)
        number = max(_numbers(parent), default=0) + 1
        while True:
            try:
                (parent / str(number)).mkdir()
                return cls(parent / str(number))
            except FileExistsError:
                number += 1

    @classmethod
    def open(cls, name: str, parent: Path | None = None) -> Self:
        """The folder of a run by number, by path, or "last". Raises BadInput if there is none."""
        parent = parent or folders.runs()
        numbers = _numbers(parent) if parent.is_dir() else []
        numbers = [each for each in numbers if not (parent / str(each) / CUTS).exists()]
        if name == "last":
            if not numbers:
                raise BadInput(f"there is no run in {parent} yet: `./lab run` makes one")
            return cls(parent / str(max(numbers)))
        for folder in (parent / name, Path(name)):
            if (name.isdigit() or folder == Path(name)) and (folder / "results.json").is_file():
                return cls(folder.resolve())
        last = f"; the last is {max(numbers)}" if numbers else ""
        raise BadInput(f"`{name}` is no finished run in {parent}{last}")

    def save(self, run: Run) -> None:
        """Writes results.json, versions.json, reproduce, what other programs read and, last of all, verdict.json."""
        write_whole(self.path / "results.json", store.dump(run))
        write_whole(self.path / "versions.json", versions(run))
        write_whole(self.path / "reproduce", f"{run.reproduce}\n")
        if run.verdict:
            for name, form in FORMS.items():
                write_whole(self.path / name, form(run))
            write_whole(self.path / "verdict.json", store.dump_verdict(run.verdict))

    def load(self) -> Run:
        """The run as save() wrote it. Raises BadInput if results.json is missing, damaged or of another schema."""
        path = self.path / "results.json"
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise BadInput(f"{path} is not there: the run was not finished") from None
        except UnicodeDecodeError:
            raise BadInput(f"{path} is no UTF-8; the run folder is damaged") from None
        return store.load(text, str(path))


def versions(run: Run) -> str:
    """versions.json: each kernel with source, series and keys, and the programs of the host."""
    kernels = [{key: value for key, value in asdict(kernel).items() if key != "lines"} for kernel in run.kernels]
    plain = {"kernels": kernels, "environment": run.environment, "accel": run.accel, "started": run.started}
    return json.dumps(plain, indent=1, sort_keys=True) + "\n"


def _numbers(parent: Path) -> list[int]:
    return [int(each.name) for each in parent.iterdir() if each.name.isdigit()]
