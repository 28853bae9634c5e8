# SPDX-License-Identifier: GPL-2.0-only
"""A kernel of three files, linked like one, as a stand-in for a vmlinux."""

import shutil
import subprocess
from pathlib import Path

import pytest

MINI = Path(__file__).parent / "minikernel"
FLAGS = ("-O2", "-fno-toplevel-reorder", "-fcf-protection=none", "-fno-pic", "-fno-asynchronous-unwind-tables", "-c")
DEBUG = {"mm/shared.c": ()}


def link(tree: Path, dwarf: int, out: Path | None = None) -> Path:
    """Builds the tree as the kernel is built, from its root with relative names, or from ``out`` with O=."""
    folder = out or tree
    folder.mkdir(exist_ok=True)
    objects = []
    for source in ("fs/dax.c", "mm/truncate.c", "mm/shared.c"):
        name = source.replace("/", "_") + ".o"
        given = str(tree / source) if out else source
        debug = DEBUG.get(source, (f"-gdwarf-{dwarf}",))
        subprocess.run(["gcc", *FLAGS, *debug, given, "-o", name], cwd=folder, check=True)
        objects.append(name)
    command = ["gcc", "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", *objects, "-o", "vmlinux"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "vmlinux"


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The miniature tree's sources."""
    folder = tmp_path_factory.mktemp("mini") / "tree"
    shutil.copytree(MINI, folder)
    return folder


@pytest.fixture(scope="session", params=[4, 5], ids=["dwarf4", "dwarf5"])
def vmlinux(request: pytest.FixtureRequest, tree: Path) -> Path:
    """The linked tree, in each DWARF version; kept under a name of its own."""
    return link(tree, request.param).rename(tree / f"vmlinux{request.param}")
