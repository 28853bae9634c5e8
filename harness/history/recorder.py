# SPDX-License-Identifier: GPL-2.0-only
"""From run folders to the history: each run as it ends, and what was missed."""

from collections.abc import Iterator
from pathlib import Path

from harness import folders
from harness.errors import BadInput, LabError
from harness.history.entry import Entry, identity
from harness.history.store import History
from harness.progress import say
from harness.results import store as files
from harness.results.folder import RunFolder
from harness.results.run import Run

RESULTS = "results.json"
FINISHED = "verdict.json"  # written last


def entry_of(folder: RunFolder, imported: str = "") -> Entry:
    """The folder's run. Raises BadInput for one that is not finished or cannot be read."""
    path = folder.path / RESULTS
    try:
        text = path.read_bytes()
        run = files.load(text.decode(), str(path))
    except FileNotFoundError:
        raise BadInput(f"{path} is not there: the run was not finished") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is no UTF-8; the run folder is damaged") from None
    if run.verdict is None:
        raise BadInput(f"{path}: the run has no verdict: it was not finished")
    return Entry(text, run, folder.number, imported)


def record(folder: RunFolder, run: Run) -> None:
    """Records ``run``, just saved in ``folder``. What goes wrong is told and loses nothing: the folder is there."""
    try:
        with History.open() as history:
            history.add(Entry((folder.path / RESULTS).read_bytes(), run, folder.number))
    except LabError as error:
        say(f"run {folder.number} is not in the history ({error}); `lab history --rescan` takes it in later")


def rescan(history: History, parent: Path | None = None) -> tuple[list[int], list[str]]:
    """Records each finished run folder that is not recorded; returns their numbers, and what could not be read."""
    added, refused = [], []
    for folder in _finished(parent or folders.runs()):
        if history.has(identity((folder.path / RESULTS).read_bytes())):
            continue
        try:
            if history.add(entry_of(folder)):
                added.append(folder.number)
        except BadInput as error:
            refused.append(str(error))
    return added, refused


def _finished(parent: Path) -> Iterator[RunFolder]:
    names = [each.name for each in parent.iterdir() if each.name.isdigit()] if parent.is_dir() else []
    for name in sorted(names, key=int):
        if (parent / name / FINISHED).is_file() and (parent / name / RESULTS).is_file():
            yield RunFolder(parent / name)
