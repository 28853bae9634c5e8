# SPDX-License-Identifier: GPL-2.0-only
"""Writes a skeleton from templates/ to where the lab looks for its kind. What is there already is never touched."""

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness import folders
from harness.errors import BadInput
from harness.kernel.series import edited_files
from harness.results.files import write_whole

TEMPLATES = Path(__file__).parent / "templates"
RELEASE = re.compile(r"\d+\.\d+(\.\d+)?")
WORD = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LENGTH_MAX = 63  # NAME_LEN of guest-tests/racer/racer.h, less its NUL
RACER = Path("guest-tests") / "racer"
DECLARED_BEFORE = "/* needs.c: "  # in ops.h
LISTED_BEFORE = "\t{ NULL, NULL, "  # in ops.c


@dataclass(frozen=True)
class Wanted:
    """What is to be made in ``project``; ``patches`` are copied into a series, which is for ``release``, as "6.1"."""

    name: str
    patches: tuple[Path, ...] = ()
    release: str = "6.1"
    project: Path = folders.PROJECT


def make(kind: str, wanted: Wanted) -> tuple[Path, ...]:
    """The files that were written or changed, the one to edit first.

    Raises BadInput, before anything is written, for a name that cannot be or is taken, and for a patch that is none.
    """
    if wanted.patches and kind != "series":
        raise BadInput(f"{wanted.patches[0]}: patches belong to a series, not to a new {kind}")
    return KINDS[kind](wanted)


def _scenario(wanted: Wanted) -> tuple[Path, ...]:
    _check(wanted.name)
    path = _free(wanted.project / "guest-tests" / "scenarios" / f"{wanted.name}.yaml")
    write_whole(path, _template("scenario.yaml", {}))
    return (path,)


def _operation(wanted: Wanted) -> tuple[Path, ...]:
    """One file of its own, a declaration, and a line of the table: in this order, so that each step compiles."""
    _check(wanted.name)
    racer, function = wanted.project / RACER, f"op_{wanted.name.replace('-', '_')}"
    header, table = racer / "ops.h", racer / "ops.c"
    for path in sorted(racer.glob("*.[ch]")):
        if re.search(rf'\b{function}\b|\{{ "{wanted.name}", ', path.read_text()):
            raise BadInput(f"`{wanted.name}`: {path.relative_to(wanted.project)} has {function}() or that name already")
    source = _free(racer / f"ops_{function.removeprefix('op_')}.c")
    declared = _inserted(header, DECLARED_BEFORE, f"/* {source.name} */\nvoid {function}(struct actor *a);\n\n")
    listed = _inserted(table, LISTED_BEFORE, f'\t{{ "{wanted.name}", {function}, 0, NULL }},\n')
    write_whole(source, _template("operation.c", {"NAME": wanted.name, "FUNCTION": function}))
    write_whole(header, declared)
    write_whole(table, listed)
    return source, header, table


def _series(wanted: Wanted) -> tuple[Path, ...]:
    for part in wanted.name.split("/"):
        _check(part)
    if not RELEASE.fullmatch(wanted.release):
        raise BadInput(f"--release {wanted.release}: is no kernel's: write it as 6.1 or 6.1.192")
    folder = _free(wanted.project / "patches" / wanted.name)
    above = next((each / "series.yaml" for each in folder.parents if (each / "series.yaml").exists()), None)
    if above:
        raise BadInput(f"`{wanted.name}`: {above.parent.relative_to(wanted.project)} is a series itself")
    edited_files(wanted.patches)  # raises for what is no patch
    names = [patch.name for patch in wanted.patches]
    if len(set(names)) != len(names):
        raise BadInput("two of the patches have one name: rename one")
    place = f"v1/{wanted.release}"
    listed = "".join(f"\n      - {place}/{name}" for name in names) or " []"
    text = _template("series.yaml", {"NAME": wanted.name, "RELEASE": wanted.release, "PATCHES": listed})
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as scratch:
        draft = Path(scratch) / "draft"
        (draft / place).mkdir(parents=True)
        for patch in wanted.patches:
            shutil.copyfile(patch, draft / place / patch.name)
        (draft / "series.yaml").write_text(text)
        draft.rename(folder)
    return (folder / "series.yaml", *(folder / place / name for name in names))


KINDS: Mapping[str, Callable[[Wanted], tuple[Path, ...]]] = {
    "scenario": _scenario, "operation": _operation, "series": _series,
}  # fmt: skip


def _check(name: str) -> None:
    if not WORD.fullmatch(name) or len(name) > LENGTH_MAX:
        raise BadInput(
            f"`{name}` is no name: take words of small letters and digits with a dash between them, as "
            f"read-write-hole, at most {LENGTH_MAX} characters"
        )


def _free(path: Path) -> Path:
    if path.exists():
        raise BadInput(f"{path} is there already: take another name, or edit it")
    return path


def _inserted(path: Path, before: str, text: str) -> str:
    content = path.read_text()
    if content.count(before) != 1:
        raise BadInput(f"{path}: the line that begins with `{before.strip()}` is not there once: add the entry by hand")
    return content.replace(before, text + before)


def _template(name: str, values: Mapping[str, str]) -> str:
    text = (TEMPLATES / name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text
