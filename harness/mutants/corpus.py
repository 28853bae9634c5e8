# SPDX-License-Identifier: GPL-2.0-only
"""The corpus of known-wrong kernels: patches/mutants/*.patch, each one mistake, described in its own header."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

from harness import folders
from harness.config.scenario import MAX_BOUND, FileSystem
from harness.errors import BadInput
from harness.kernel.series import edited_files
from harness.sweep.records import Kind

MUTANTS = folders.PROJECT / "patches" / "mutants"
FILESYSTEMS = get_args(FileSystem)
FIELD = re.compile(r"^(Subject|Symptom|Row|Upstream|File-system|Killed-by|Survives|Untested):\s*(.*)$")
KILLER = re.compile(r"^(?P<scenario>[a-z0-9-]+) c=(?P<bound>\d)(?P<atomic>!?) (?P<kinds>[a-z,-]+)$")


@dataclass(frozen=True)
class Killer:
    """A scenario that shows the mistake within ``bound`` stops, by violations of these kinds.

    ``atomic``: one of the stops has to be in an atomic section.
    """

    scenario: str
    bound: int
    kinds: tuple[Kind, ...]
    atomic: bool = False


@dataclass(frozen=True)
class Mutant:
    """One mistake. ``row`` is that of the family's list of known bugs or "new"; ``killers`` has the strongest first.

    ``survives`` says why no scenario can show it, "" for a mutant that some scenario kills. ``untested``: words of what
    the lab says of scenarios that such a mutant keeps from being what they are about, "" if it does not.
    """

    name: str
    path: Path
    subject: str
    symptom: str
    row: str
    upstream: str
    killers: tuple[Killer, ...]
    survives: str
    files: tuple[str, ...]
    filesystem: str = "ext4"  # of the guest that it is tried in
    untested: str = ""

    @property
    def atomic(self) -> bool:
        """Whether it is to be swept with stops in atomic sections."""
        return any(killer.atomic for killer in self.killers)

    @property
    def units(self) -> tuple[str, ...]:
        """The C files it edits."""
        return tuple(name for name in self.files if name.endswith(".c"))


def load_mutants(folder: Path = MUTANTS) -> dict[str, Mutant]:
    """Every mutant by name (a file's stem), sorted. Raises BadInput, also if there is none."""
    files = sorted(folder.glob("*.patch"))
    if not files:
        raise BadInput(f"{folder}: holds no mutant (*.patch)")
    return {file.stem: load_mutant(file) for file in files}


def load_mutant(path: Path) -> Mutant:
    """One mutant. Raises BadInput naming file and line of what is wrong in its header."""
    fields = _fields(path)
    single = {key: values[0][1] for key, values in fields.items()}
    for key in ("Subject", "Symptom", "Row", "Upstream"):
        if key not in single:
            raise BadInput(f"{path}:1: its header has no line `{key}:`; docs/mutants.md shows what belongs there")
    killers = tuple(_killer(path, line, text) for line, text in fields.get("Killed-by", []))
    survives = single.get("Survives", "")
    if bool(killers) == bool(survives):
        raise BadInput(f"{path}:1: a mutant has either lines `Killed-by:` or one `Survives:` with the reason")
    if killers and "Untested" in single:
        line = fields["Untested"][0][0]
        raise BadInput(f"{path}:{line}: Untested: is said of a mutant that survives: remove the line")
    filesystem = single.get("File-system", "ext4")
    if filesystem not in FILESYSTEMS:
        line = fields["File-system"][0][0]
        raise BadInput(
            f"{path}:{line}: File-system: there is no `{filesystem}`: choose one of {', '.join(FILESYSTEMS)}"
        )
    subject = single["Subject"].removeprefix("[mutant]").strip()
    return Mutant(
        path.stem, path, subject, single["Symptom"], single["Row"], single["Upstream"], killers, survives,
        tuple(edited_files([path])), filesystem, single.get("Untested", ""),
    )  # fmt: skip


def chosen(mutants: dict[str, Mutant], names: Sequence[str]) -> list[Mutant]:
    """Those asked for, all if none is. Raises BadInput for a name that there is not."""
    for name in names:
        if name not in mutants:
            close = get_close_matches(name, mutants, 3) or sorted(mutants)
            raise BadInput(f"no mutant is called `{name}`; there are {', '.join(close)}")
    return [mutants[name] for name in dict.fromkeys(names)] if names else list(mutants.values())


def check_killers(mutants: Iterable[Mutant], scenarios: Iterable[str]) -> None:
    """Raises BadInput for a mutant that names a scenario which does not exist."""
    known = set(scenarios)
    for mutant in mutants:
        for killer in mutant.killers:
            if killer.scenario not in known:
                raise BadInput(f"{mutant.path}: Killed-by: no scenario is called `{killer.scenario}`")


def _fields(path: Path) -> dict[str, list[tuple[int, str]]]:
    """Each key's (line number, value) pairs, from the lines above the diff; an indented line goes on."""
    found: dict[str, list[tuple[int, str]]] = {}
    last: list[tuple[int, str]] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line == "---" or line.startswith(("diff ", "--- ")):
            break
        match = FIELD.match(line)
        if match:
            last = found.setdefault(match[1], [])
            last.append((number, match[2].strip()))
        elif last and line.startswith((" ", "\t")) and line.strip():
            at, text = last[-1]
            last[-1] = (at, f"{text} {line.strip()}".strip())
        else:
            last = None
    return found


def _killer(path: Path, line: int, text: str) -> Killer:
    match = KILLER.match(text)
    if not match or int(match["bound"]) > MAX_BOUND:
        raise BadInput(
            f"{path}:{line}: Killed-by: `{text}` is not SCENARIO c=N[!] KIND[,KIND], as `fsync-write c=1 tags`"
        )
    try:
        kinds = tuple(Kind(kind) for kind in match["kinds"].split(","))
    except ValueError as error:
        raise BadInput(f"{path}:{line}: Killed-by: {error}; kinds are {', '.join(Kind)}") from None
    return Killer(match["scenario"], int(match["bound"]), kinds, bool(match["atomic"]))
