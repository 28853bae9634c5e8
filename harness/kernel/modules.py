# SPDX-License-Identifier: GPL-2.0-only
"""The lab's own kernel modules, built out of tree and kept apart from kernels: editing one rebuilds no kernel."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import folders
from harness.image.content import digest
from harness.kernel.locks import keep
from harness.kernel.make import make
from harness.kernel.objects import plt32_as_pc32
from harness.kernel.series import Content
from harness.kernel.variant import put

KIND = "modules"
SOURCES = (".c", ".h", ".S")


def buildable(folders_: Sequence[Path]) -> tuple[Path, ...]:
    """Those of the folders that hold a module."""
    return tuple(folder for folder in folders_ if (folder / "Kbuild").is_file())


def key(tree_key: str, wanted: Mapping[str, Content], modules: Sequence[Path]) -> str:
    """Modules depend on the tree and on patched headers and Makefiles; a patched .c file makes no other module."""
    headers = [(name, content or b"") for name, content in sorted(wanted.items()) if not name.endswith(".c")]
    parts = [part for pair in headers for part in pair]
    own = [part for path in _files(modules) for part in (f"{path.parent.name}/{path.name}", path.read_bytes())]
    return digest("1", tree_key, *parts, *own)


def _files(modules: Sequence[Path]) -> list[Path]:
    places = [*modules, *sorted({module.parent.parent / "include" for module in modules})]
    wanted = (path for place in places if place.is_dir() for path in sorted(place.iterdir()))
    return [path for path in wanted if path.name == "Kbuild" or path.suffix in SOURCES]


def cached(key_: str) -> Path | None:
    """The folder of .ko files with this key, kept from gc; None if it is not in the cache."""
    folder = folders.cache() / KIND / key_
    if not (folder / "modules.json").exists():
        return None
    keep(folder)
    return folder


def copy(modules: Sequence[Path], into: Path) -> list[Path]:
    """Copies module folders and the headers they share, relative places kept, only what changed; returns the copies."""
    wanted = {f"{_relative(path)}": path.read_bytes() for path in _files(modules)}
    for path in [*into.rglob("*.[chS]"), *into.rglob("Kbuild")]:
        name = str(path.relative_to(into))
        if name not in wanted and not name.endswith(".mod.c"):
            path.unlink()
    for name, content in wanted.items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        put(into / name, content)
    return [into / "modules" / module.name for module in modules]


def _relative(path: Path) -> Path:
    folder = path.parent
    return Path(folder.name if folder.name == "include" else f"modules/{folder.name}") / path.name


def line(cc: str, copied: Path, arguments: Sequence[str] = ()) -> list[str]:
    """The command line that builds one module. Paths of this machine stay out of it."""
    return [*make(cc, *arguments), f"M={copied}", f"KCFLAGS=-fmacro-prefix-map={copied.parent}/=", "modules"]


def store(key_: str, copies: Sequence[Path], *, old_relocations: bool = False) -> Path:
    """Keeps the .ko files by one rename; ``old_relocations``: for a kernel whose loader does not know PLT32."""
    folder = folders.cache() / KIND / key_
    draft = folder.with_name(f".draft-{key_}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for path in (path for copied in copies for path in sorted(copied.glob("*.ko"))):
        content = path.read_bytes()
        (draft / path.name).write_bytes(plt32_as_pc32(content) if old_relocations else content)
    (draft / "modules.json").write_text(json.dumps([copied.name for copied in copies]))
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    keep(folder)
    return folder
