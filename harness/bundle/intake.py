# SPDX-License-Identifier: GPL-2.0-only
"""Takes in another machine's runs: each becomes a run folder here and an entry of the history, never twice."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.bundle.archive import unpack
from harness.errors import BadInput
from harness.history.entry import Entry, identity
from harness.history.recorder import FINISHED, RESULTS
from harness.history.store import History
from harness.results import store as files
from harness.results.files import write_whole
from harness.results.folder import RunFolder


@dataclass(frozen=True)
class Taken:
    """What became of one run of the archive: its number here; ``new`` is False if it was there already."""

    id: str
    number: int
    new: bool


def take_in(archive: Path, history: History) -> list[Taken]:
    """Takes in the archive's runs. Raises BadInput for an archive or a run that is damaged; nothing is kept of that."""
    with tempfile.TemporaryDirectory(prefix="lab-import-") as scratch:
        manifest = unpack(archive, Path(scratch))
        entries = [(_entry(archive, Path(scratch), id_), Path(scratch) / "runs" / id_) for id_ in manifest.runs]
        return [_take(entry, folder, archive.name, history) for entry, folder in entries]


def _entry(archive: Path, scratch: Path, id_: str) -> Entry:
    path = scratch / "runs" / id_ / RESULTS
    if not path.is_file() or identity(path.read_bytes()) != id_:
        raise BadInput(f"{archive}: run {id_[:12]} is not what its id says: the archive is damaged")
    text = path.read_bytes()
    run = files.load(text.decode(errors="replace"), f"{archive}: run {id_[:12]}")
    if run.verdict is None:
        raise BadInput(f"{archive}: run {id_[:12]} was not finished")
    return Entry(text, run, run.number)


def _take(entry: Entry, unpacked: Path, name: str, history: History) -> Taken:
    if history.has(entry.id):
        return Taken(entry.id, history.find(entry.id).number, False)
    folder = RunFolder.create()
    try:
        _fill(folder, entry, unpacked)
    except OSError:  # no room: half a run is none
        shutil.rmtree(folder.path)
        raise
    if history.add(Entry(entry.text, entry.run, folder.number, imported=name)):
        return Taken(entry.id, folder.number, True)
    shutil.rmtree(folder.path)  # another lab has just taken it in
    return Taken(entry.id, history.find(entry.id).number, False)


def _fill(folder: RunFolder, entry: Entry, unpacked: Path) -> None:
    for path in sorted(unpacked.rglob("*")):
        if path.is_file() and path.name != FINISHED:
            place = folder.path / path.relative_to(unpacked)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)
    write_whole(folder.path / FINISHED, files.dump_verdict(entry.verdict))
