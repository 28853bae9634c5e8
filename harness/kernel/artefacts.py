# SPDX-License-Identifier: GPL-2.0-only
"""A built kernel: what is kept of it in the cache, and where."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from harness import folders
from harness.errors import BadInput
from harness.kernel.locks import keep

KIND = "kernels"
FACTS = "kernel.json"  # written last: without it a folder is no kernel


@dataclass(frozen=True)
class Kernel:
    """One built kernel. Equal keys mean equal bytes, modules aside.

    ``objects``: object -> sha256 of its code. ``edited``: source files that its patches touch. ``note``: of its source.
    """

    name: str
    key: str
    folder: Path
    release: str
    build_id: str
    objects: dict[str, str] = field(default_factory=dict)
    edited: tuple[str, ...] = ()
    modules_folder: Path | None = None
    note: str = ""

    @property
    def vmlinux(self) -> Path:
        """The ELF file with symbols."""
        return self.folder / "vmlinux"

    @property
    def bzimage(self) -> Path:
        """What QEMU boots."""
        return self.folder / "bzImage"

    @property
    def config(self) -> Path:
        """Its .config."""
        return self.folder / "config"

    @property
    def build_log(self) -> Path:
        """Output of make."""
        return self.folder / "build.log"

    @property
    def modules(self) -> dict[str, Path]:
        """The lab's modules for it, by name."""
        found = sorted(self.modules_folder.glob("*.ko")) if self.modules_folder else []
        return {path.stem: path for path in found}

    def keeps(self, path: str) -> bool:
        """Whether source() has the file."""
        return (self.folder / "sources" / path).is_file()

    def source(self, path: str) -> str:
        """A source file as built, for those that were edited or have debug information. Raises BadInput for others."""
        if not self.keeps(path):
            raise BadInput(f"the source of {path} was not kept with kernel {self.name}: name it in `units` in lab.yaml")
        return (self.folder / "sources" / path).read_text(errors="replace")


def entry(key: str) -> Path:
    """The folder of a kernel in the cache, whether it is there or not."""
    return folders.cache() / KIND / key


def load(key: str, name: str) -> Kernel | None:
    """The kernel with this key, kept from gc while this process lives; None if it is not in the cache."""
    folder = entry(key)
    try:
        facts = json.loads((folder / FACTS).read_text())
    except FileNotFoundError:
        return None
    keep(folder)
    return Kernel(
        name, key, folder, facts["release"], facts["build_id"], dict(facts["objects"]), tuple(facts["edited"])
    )


@dataclass(frozen=True)
class Built:
    """A work tree after make, and what is to be kept of it. ``kept``: source files."""

    tree: Path
    log: Path | None
    release: str
    build_id: str
    objects: dict[str, str]
    edited: tuple[str, ...]
    kept: tuple[str, ...]
    bzimage: Path | None = None  # where it is not in its usual place in the tree


def store(key: str, built: Built) -> None:
    """Copies the artefacts into the cache, by one rename: whoever looks sees all of them or none."""
    folder = entry(key)
    draft = folder.with_name(f".draft-{key}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    shutil.copyfile(built.tree / "vmlinux", draft / "vmlinux")
    shutil.copyfile(built.tree / ".config", draft / "config")
    shutil.copyfile(built.bzimage or built.tree / "arch/x86/boot/bzImage", draft / "bzImage")
    if built.log:
        shutil.copyfile(built.log, draft / "build.log")
    _copy_sources(built.tree, draft / "sources", built.kept)
    facts = {"release": built.release, "build_id": built.build_id, "edited": built.edited, "objects": built.objects}
    (draft / "objects.json").write_text(json.dumps(built.objects, indent=1))
    (draft / FACTS).write_text(json.dumps(facts))
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _copy_sources(tree: Path, folder: Path, names: Iterable[str]) -> None:
    for name in names:
        if (tree / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(tree / name, folder / name)
