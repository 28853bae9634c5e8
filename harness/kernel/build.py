# SPDX-License-Identifier: GPL-2.0-only
"""Builds a kernel, or finds it in the cache: source + patches + fragments + compiler in, artefacts out."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import KernelFailed, LabBroke
from harness.image.content import digest
from harness.kernel import artefacts, config, fragments, modules, objects, series, worktree
from harness.kernel.artefacts import Built, Kernel
from harness.kernel.build_id import build_id
from harness.kernel.fragments import Option
from harness.kernel.locks import locked
from harness.kernel.make import SHORTCUTS, MakeFailed, make
from harness.kernel.series import Content
from harness.kernel.sources import SourceTree
from harness.kernel.toolchain import HOST, Toolchain
from harness.kernel.worktree import WorkTree
from harness.progress import say

VERSION = "2"  # of what this package does to a kernel; a new one makes every cached kernel stale


@dataclass(frozen=True)
class BuildRequest:
    """What makes a kernel. ``debug_units``: source files whose objects get debug information ("fs/dax.c").

    ``modules``: folders of out-of-tree modules beside a folder of headers named ``../include``.
    """

    name: str
    source: SourceTree
    patches: tuple[Path, ...] = ()
    fragments: tuple[Path, ...] = ()
    debug_units: tuple[str, ...] = ()
    modules: tuple[Path, ...] = ()
    toolchain: Toolchain = HOST

    @property
    def cc(self) -> str:
        """The compiler, with its flags."""
        return self.toolchain.cc

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """What the fragments ask for. Raises BadInput."""
        return fragments.read(self.fragments, self.source.release)

    @cached_property
    def tree_key(self) -> str:
        """Of the work tree: source, config and compiler."""
        texts = [option.text for option in self.options]
        return digest(VERSION, self.source.digest, self.toolchain.identity, self.cc, *self.arguments, *texts)

    @property
    def arguments(self) -> tuple[str, ...]:
        """To make. A fragment of the user's may ask for something that needs all of kbuild."""
        return (*(SHORTCUTS if fragments.are_own(self.fragments) else ()), *self.toolchain.variables)

    @cached_property
    def wanted(self) -> dict[str, Content]:
        """Files that differ from the pristine tree. Raises BadInput for a patch that does not apply."""
        patched = series.apply(self.patches, self.source.folder, self.source.differs)
        return series.with_debug({**self.source.differs, **patched}, self.debug_units, self.source.folder)

    @cached_property
    def key(self) -> str:
        """Of the kernel: the work tree's and the content of every file that differs. Equal keys mean equal bytes."""
        files = [part for name, content in sorted(self.wanted.items()) for part in (name, content or b"\0gone")]
        return digest(self.tree_key, *files, *series.edited_files(self.patches))


def make_lines(request: BuildRequest) -> list[list[str]]:
    """The command lines that a build of ``request`` in an empty cache runs, in order, in the work tree."""
    copies = [worktree.place(request.tree_key) / "guest-tests" / "modules" / path.name for path in request.modules]
    built = [modules.line(request.cc, path, request.arguments) for path in copies]
    makes = [make(request.cc, *request.arguments, *worktree.TARGETS), *built]
    return [*config.lines(request.toolchain), *([*request.toolchain.enter, *line] for line in makes)]


def build(request: BuildRequest, *, deadline: Deadline) -> Kernel:
    """The kernel of ``request``, built unless it is in the cache.

    Raises BadInput (a patch does not apply, an option cannot be had), KernelFailed (patched or the user's own code
    does not compile), LabBroke (anything else).
    """
    wanted_modules = modules.buildable(request.modules)
    module_key = modules.key(request.tree_key, request.wanted, wanted_modules)
    if not (artefacts.load(request.key, request.name) and modules.cached(module_key)):
        with locked(worktree.place(request.tree_key), deadline, f"build kernel {request.name}") as lock:
            tree = WorkTree(
                request.tree_key, request.source, request.options, request.toolchain, lock, request.arguments
            )  # fmt: skip
            _Builder(request, tree, deadline).build(wanted_modules, module_key)
    kernel = artefacts.load(request.key, request.name)
    if not kernel:
        raise LabBroke(f"kernel {request.name} disappeared from the cache while it was built: is a `lab gc` running?")
    return replace(kernel, modules_folder=modules.cached(module_key), note=request.source.note)


@dataclass(frozen=True)
class _Builder:
    """One build, the work tree's lock held. What another lab finished meanwhile is not done again."""

    request: BuildRequest
    tree: WorkTree
    deadline: Deadline

    def build(self, wanted_modules: tuple[Path, ...], module_key: str) -> None:
        if not artefacts.load(self.request.key, self.request.name):
            self._kernel()
        if not modules.cached(module_key):
            self._modules(wanted_modules, module_key)

    def _kernel(self) -> None:
        request = self.request
        say(f"building kernel {request.name} (Linux {request.source.release}, {len(request.patches)} patches)")
        self.tree.prepare(request.wanted, self.deadline)
        log = self._fresh_log("build.log")
        try:
            self.tree.build(log, self.deadline, f"kernel {request.name}")
        except MakeFailed as error:
            raise self._blame(f"kernel {request.name} does not compile (whole log: {log}):\n{error}") from None
        artefacts.store(request.key, self._built(log))

    def _built(self, log: Path) -> Built:
        folder, edited = self.tree.tree, series.edited_files(self.request.patches)
        return Built(
            tree=folder,
            log=log,
            release=self.tree.release(),
            build_id=build_id(folder / "vmlinux"),
            objects=objects.digests(folder, self.tree.entry / "objects.json"),
            edited=edited,
            kept=tuple(sorted({*edited, *self.request.debug_units})),
        )

    def _blame(self, text: str) -> KernelFailed | LabBroke:
        """Only code that is under test can be at fault; a released kernel that does not compile is the lab's fault."""
        under_test = self.request.patches or self.request.source.own
        return KernelFailed(text) if under_test else LabBroke(text)

    def _modules(self, wanted: tuple[Path, ...], module_key: str) -> None:
        self.tree.prepare(self.request.wanted, self.deadline)
        log = self._fresh_log("modules.log")
        copies = modules.copy(wanted, self.tree.entry / "guest-tests")
        try:
            if not (self.tree.tree / "Module.symvers").exists():
                self.tree.make(["modules_prepare"], log, self.deadline, "preparing for modules")
            for copied in copies:
                self._make_module(copied, log)
        except MakeFailed as error:
            raise LabBroke(f"a module of the lab does not compile for {self.request.name} ({log}):\n{error}") from None
        modules.store(module_key, copies, old_relocations=self.request.toolchain.old_relocations)

    def _make_module(self, copied: Path, log: Path) -> None:
        argv = modules.line(self.request.cc, copied, self.request.arguments)
        self.tree.run(argv, log, self.deadline, f"module {copied.name}")

    def _fresh_log(self, name: str) -> Path:
        path = self.tree.entry / name
        path.unlink(missing_ok=True)
        return path
