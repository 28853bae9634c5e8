# SPDX-License-Identifier: GPL-2.0-only
"""Patch files: which files they touch, and what these become."""

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from harness.errors import BadInput
from harness.process import run, tail

HEADER = re.compile(r"^(?:---|\+\+\+) (?P<name>[^\t\n]+)", re.M)
HUNK_LINES = 40
Content = bytes | None  # of a file; None: there is none


def edited_files(patches: Iterable[Path]) -> tuple[str, ...]:
    """Files that the patches change, add or delete, as paths in the tree ("fs/dax.c"), sorted.

    Raises BadInput for a patch that cannot be read or names a file outside the tree.
    """
    return tuple(sorted({name for patch in patches for name in _named(patch)}))


def _named(patch: Path) -> set[str]:
    try:
        text = patch.read_text(errors="replace")
    except OSError as error:
        raise BadInput(f"{patch}: the patch cannot be read: {error.strerror}") from None
    names = {_strip(patch, found["name"]) for found in HEADER.finditer(text) if _is_file_line(text, found)}
    if not names - {""}:
        raise BadInput(f"{patch}: no patch: no `--- a/FILE` and `+++ b/FILE` in it")
    return names - {""}


def _is_file_line(text: str, found: re.Match[str]) -> bool:
    """A removed line that begins with "-- " looks like a header; a real pair stands before a hunk."""
    rest = text[found.end() :].partition("\n")[2].split("\n", 2)  # behind the name `diff -u` writes a time
    after = rest[1] if found[0].startswith("---") and len(rest) > 1 and rest[0].startswith("+++ ") else ""
    if found[0].startswith("+++"):
        line_before = text[: found.start()].rstrip("\n").rpartition("\n")[2]
        return line_before.startswith("--- ")
    return after.startswith("@@") or rest[0].startswith("+++ ")


def _strip(patch: Path, name: str) -> str:
    """The path without its first part, as `patch -p1` has it; "" for /dev/null."""
    if name.strip() == "/dev/null":
        return ""
    parts = PurePosixPath(name.strip()).parts[1:]
    if not parts or ".." in parts or name.startswith("/"):
        raise BadInput(f"{patch}: `{name}` is no file of a kernel tree; paths are a/FILE and b/FILE (git diff)")
    return "/".join(parts)


def apply(patches: Sequence[Path], tree: Path, differs: Mapping[str, Content] = {}) -> dict[str, Content]:
    """What each file that ``patches`` touch becomes, from ``tree`` with the files ``differs``; both stay as they are.

    Raises BadInput naming the patch that does not apply, with the rejected hunk.
    """
    names = edited_files(patches)
    with tempfile.TemporaryDirectory(prefix="lab-patch-") as folder:
        scratch = Path(folder)
        for name in names:
            before = differs[name] if name in differs else content(tree / name)
            if before is not None:
                (scratch / name).parent.mkdir(parents=True, exist_ok=True)
                (scratch / name).write_bytes(before)
        for patch in patches:
            _apply_one(patch.resolve(), scratch, tree)
        return {name: content(scratch / name) for name in names}


def _apply_one(patch: Path, scratch: Path, tree: Path) -> None:
    rejected = scratch / ".rejected"
    argv: list[str | Path] = [
        "patch",
        "-p1",
        "--batch",
        "--forward",
        "--no-backup-if-mismatch",
        "--fuzz=2",
        "-r",
        rejected,
        "-i",
        patch,
    ]
    done = run(argv, cwd=scratch, check=False)
    if done.returncode:
        hunk = rejected.read_text(errors="replace") if rejected.exists() else ""
        shown = "\n".join(hunk.splitlines()[:HUNK_LINES]) or tail(done.stdout)
        where = "; ".join(line for line in done.stdout.splitlines() if "FAILED" in line or "can't find" in line)
        raise BadInput(f"{patch} does not apply to {_release(tree)} ({where or 'malformed'}); rejected:\n{shown}")


def _release(tree: Path) -> str:
    from harness.kernel.sources.tree import release_of

    return f"Linux {release_of(tree)}"


def content(path: Path) -> Content:
    """The bytes of a file, None if there is none."""
    return path.read_bytes() if path.is_file() else None


def with_debug(contents: Mapping[str, Content], units: Iterable[str], tree: Path) -> dict[str, Content]:
    """``contents`` plus the Makefiles that give the objects of ``units`` debug information.

    A line in the directory's own Makefile adds to the flags of that one object; CFLAGS_file.o= on make's command line
    would replace the Makefile's flags, and reach every object of that name. Raises BadInput for a unit not there.
    """
    result = dict(contents)
    for unit in sorted(set(units)):
        if not unit.endswith(".c") or result.get(unit, content(tree / unit)) is None:
            raise BadInput(f"`{unit}` is no C file of {_release(tree)}: correct `units` in lab.yaml")
        makefile = _makefile(unit, tree)
        stem = unit[: -len(".c")].removeprefix(str(PurePosixPath(makefile).parent) + "/")
        before = result.get(makefile, content(tree / makefile)) or b""
        # The tree's own path must not get into the kernel: another machine's is another.
        flags = f"\nCFLAGS_{stem}.o += -gdwarf-4 -fdebug-prefix-map=$(abspath $(srctree))=.\n"
        result[makefile] = before + flags.encode()
    return result


def _makefile(unit: str, tree: Path) -> str:
    for folder in PurePosixPath(unit).parents:
        for name in ("Kbuild", "Makefile"):
            if (tree / folder / name).is_file():
                return str(folder / name)
    raise BadInput(f"`{unit}`: no Makefile builds it")
