# SPDX-License-Identifier: GPL-2.0-only
"""A kernel that the lab did not build: `build: DIR` in lab.yaml, checked for what the lab needs of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.image.content import digest
from harness.kernel import artefacts, fragments, kconfig, modules, objects
from harness.kernel.abilities import possible
from harness.kernel.artefacts import Built, Kernel
from harness.kernel.build_id import build_id
from harness.kernel.locks import locked
from harness.kernel.make import Job, MakeFailed, run_make
from harness.kernel.toolchain import Wish, choose

NEEDED = Path(__file__).parent / "prebuilt.config"
BZIMAGES = ("bzImage", "arch/x86/boot/bzImage")


def from_folder(folder: Path, name: str = "", *, own: Sequence[Path] = (), deadline: Deadline | None = None) -> Kernel:
    """The kernel in ``folder`` (vmlinux, bzImage, .config), with the lab's modules ``own`` if it is a built tree.

    Its artefacts are copied to the cache: the folder may be built in again while they are used. Raises BadInput
    naming the file or option that is missing. What a sweep alone needs may be: its modules are left out then.
    """
    deadline = deadline or Deadline()
    parts = {each: _part(folder, each) for each in ("vmlinux", ".config")}
    image = next((folder / each for each in BZIMAGES if (folder / each).is_file()), None)
    if not image:
        raise BadInput(f"{folder}: bzImage is missing, here and in arch/x86/boot: build the kernel there")
    _check_config(parts[".config"])
    try:
        identity = build_id(parts["vmlinux"])
    except LabBroke as error:
        raise BadInput(str(error)) from None
    key = digest("prebuilt", identity, parts[".config"], image)
    if not artefacts.load(key, name):
        with locked(artefacts.entry(key), deadline, f"take kernel {folder}"):
            _store(key, folder, image, identity)
    kernel = artefacts.load(key, name or folder.name)
    if not kernel:
        raise LabBroke(f"the copy of {folder} disappeared from the cache: is a `lab gc` running?")
    able = possible(modules.buildable(own), kconfig.read_config(parts[".config"]), kernel.release)
    return replace(kernel, modules_folder=_modules(folder, kernel, able, deadline))


def _part(folder: Path, name: str) -> Path:
    if not (folder / name).is_file():
        raise BadInput(f"{folder}: {name} is missing; a prebuilt kernel is a folder with vmlinux, bzImage and .config")
    return folder / name


def _check_config(path: Path) -> None:
    config = kconfig.read_config(path)
    for option in fragments.read([NEEDED], "0.0"):
        found = config.get(option.name, "n")
        if found != option.value:
            raise BadInput(f"{path}: CONFIG_{option.name} is `{found}`, the lab needs `{option.value}`: build it so")


def _store(key: str, folder: Path, image: Path, identity: str) -> None:
    release = folder / "include" / "config" / "kernel.release"
    said = release.read_text().strip() if release.is_file() else folder.name
    has_sources = (folder / "fs").is_dir()
    artefacts.store(key, Built(
        tree=folder, log=None, release=said, build_id=identity, objects=objects.digests(folder) if has_sources else {},
        edited=(), kept=(), bzimage=image,
    ))  # fmt: skip


def _modules(folder: Path, kernel: Kernel, own: Sequence[Path], deadline: Deadline) -> Path | None:
    """The lab's modules: .ko files brought along in modules/, else built against the tree."""
    if not own:
        return None
    brought = folder / "modules"
    if all((brought / f"{module.name}.ko").is_file() for module in own):
        key = digest("brought", *(brought / f"{module.name}.ko" for module in own))
        return modules.cached(key) or modules.store(key, [brought])
    if not (folder / "scripts" / "mod" / "modpost").is_file():
        raise BadInput(
            f"{folder}: neither modules/{own[0].name}.ko nor a tree to build it in (scripts/mod/modpost): "
            "name the folder that the kernel was built in"
        )
    return _build(folder, kernel, own, deadline)


def _build(folder: Path, kernel: Kernel, own: Sequence[Path], deadline: Deadline) -> Path:
    module_key = modules.key(kernel.key, {}, own)
    if found := modules.cached(module_key):
        return found
    place = artefacts.entry(kernel.key).with_name(f"{kernel.key}-modules")
    tools = choose(kernel.release, Wish(cc="gcc"))  # the host's: a toolchain in the cache does not see this folder
    with locked(place, deadline, "build modules") as lock:
        copies = modules.copy(own, place)
        for copied in copies:
            try:
                run_make(
                    Job(modules.line(tools.cc, copied, tools.variables), folder, place / "modules.log", lock), deadline
                )
            except MakeFailed as error:
                raise BadInput(f"{folder}: the lab's module {copied.name} does not compile there:\n{error}") from None
        return modules.store(module_key, copies, old_relocations=tools.old_relocations)
