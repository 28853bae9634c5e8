# SPDX-License-Identifier: GPL-2.0-only
"""Which files of a run go where: into an export what other machines compare, into a bundle all that explains it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from harness import folders
from harness.bundle.archive import Content, Manifest
from harness.errors import BadInput
from harness.history.entry import identity
from harness.history.store import Recorded
from harness.kernel import artefacts
from harness.results.folder import RunFolder
from harness.results.run import KernelInfo

LEFT_OUT = ("guests/", "report.html")  # of an export: large, and made from the rest
KERNEL_FILES = ("bzImage", "vmlinux", "config", "kernel.json")


def run_files(folder: Path, *, whole: bool) -> dict[str, Path]:
    """A run's files by name in its folder; ``whole``: also what its guests left."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path for name, path in files.items() if whole or not name.startswith(LEFT_OUT)}


def bundle(folder: RunFolder, *, kernels: bool) -> tuple[Manifest, dict[str, Content]]:
    """One run with everything, and with ``kernels`` what boots them. Raises BadInput if these have left the cache."""
    run = folder.load()
    id_ = identity((folder.path / "results.json").read_bytes())
    files: dict[str, Content] = {
        f"runs/{id_}/{name}": path for name, path in run_files(folder.path, whole=True).items()
    }
    taken = [kernel for kernel in run.kernels if kernels and kernel.key]
    for kernel in taken:
        files.update(_kernel_files(kernel))
    return Manifest((id_,), tuple(kernel.key for kernel in taken)), files


def export(runs: Sequence[tuple[Recorded, bytes]]) -> tuple[Manifest, dict[str, Content]]:
    """Several runs, each with its results.json and, where its folder is there, what is small in it."""
    files: dict[str, Content] = {}
    for recorded, results in runs:
        folder = folder_of(recorded)
        light = run_files(folder, whole=False) if folder else {}
        files.update({f"runs/{recorded.id}/{name}": path for name, path in light.items()})
        files[f"runs/{recorded.id}/results.json"] = results
    return Manifest(tuple(recorded.id for recorded, _results in runs)), files


def folder_of(recorded: Recorded) -> Path | None:
    """The run's folder, None if it was deleted or its number is another run's by now."""
    folder = folders.runs() / str(recorded.number)
    results = folder / "results.json"
    return folder if results.is_file() and identity(results.read_bytes()) == recorded.id else None


def _kernel_files(kernel: KernelInfo) -> Iterable[tuple[str, Path]]:
    built, modules = artefacts.entry(kernel.key), folders.cache() / "modules" / kernel.modules
    if not (built / artefacts.FACTS).is_file() or not (kernel.modules and modules.is_dir()):
        raise BadInput(f"kernel {kernel.name} ({kernel.key}) is not in the cache any more: `lab build` makes it again")
    for name in KERNEL_FILES:
        yield f"kernels/{kernel.key}/{name}", built / name
    for path in sorted((built / "sources").rglob("*")):
        if path.is_file():
            yield f"kernels/{kernel.key}/{path.relative_to(built).as_posix()}", path
    for path in sorted(modules.glob("*.ko")):
        yield f"modules/{kernel.modules}/{path.name}", path
