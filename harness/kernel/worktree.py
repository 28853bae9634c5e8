# SPDX-License-Identifier: GPL-2.0-only
"""The work tree of one source, config and compiler: built in again and again, so that make redoes only what changed.

A built tree cannot be copied elsewhere: objtool's command files hold absolute paths, and everything would be rebuilt.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import folders
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.image.content import write_atomically
from harness.kernel import config, descent, variant
from harness.kernel.fragments import Option
from harness.kernel.make import Job, MakeFailed, make, run_make
from harness.kernel.series import Content
from harness.kernel.sources import SourceTree
from harness.kernel.toolchain import Toolchain
from harness.process import run
from harness.progress import Progress

KIND = "trees"
BUSY = ".lab-busy"
CONFIGURED = ".lab-configured"
TARGETS = ("vmlinux", "bzImage", "modules")
FIRST_STEPS = 1250  # of a whole build, until one has been counted
SUSPECT_SECONDS = 30.0  # before the last write of a killed make: what was written then may be half a file
OBJECTS = ("*.o", "*.a", "vmlinux*", ".tmp_vmlinux*")


@dataclass(frozen=True)
class WorkTree:
    """The tree of ``key``, whose lock this process holds through the descriptor ``lock``."""

    key: str
    source: SourceTree
    options: tuple[Option, ...]
    toolchain: Toolchain
    lock: int
    arguments: tuple[str, ...] = ()  # to each make that compiles, the toolchain's variables among them

    @property
    def entry(self) -> Path:
        """Its place in the cache."""
        return place(self.key)

    @property
    def tree(self) -> Path:
        """The tree that make runs in."""
        return self.entry / "linux"

    def prepare(self, wanted: Mapping[str, Content], deadline: Deadline) -> None:
        """Has the tree there, configured, with the files ``wanted``. Raises BadInput for what the config lacks."""
        fresh = not self.tree.is_dir()
        if fresh:
            self._copy(deadline)
        whole = descent.read(self.tree)
        descent.forget(self.tree)
        mended = self._mend()
        changed = variant.switch(self.tree, self.source.folder, wanted)
        if not (self.tree / CONFIGURED).exists() or any(_is_config(name) for name in changed):
            (self.tree / CONFIGURED).unlink(missing_ok=True)
            self._configure_or_leave_nothing(deadline, fresh)
            (self.tree / CONFIGURED).touch()
        elif whole and not mended:
            descent.put(self.tree, whole.and_changed(changed))

    def _configure_or_leave_nothing(self, deadline: Deadline, fresh: bool) -> None:
        try:
            self._configure(deadline)
        except BadInput:
            if fresh:  # the corrected config has a tree of its own
                shutil.rmtree(self.entry)
            raise

    def _copy(self, deadline: Deadline) -> None:
        draft = self.entry / ".draft"
        shutil.rmtree(draft, ignore_errors=True)
        self.entry.mkdir(parents=True, exist_ok=True)
        # Hard links: nothing in a build writes into a source file, and a variant replaces it.
        run(["cp", "-al", self.source.folder, draft], deadline=deadline)
        draft.rename(self.tree)

    def _configure(self, deadline: Deadline) -> None:
        """An unchanged .config keeps its time, else make would go through everything again."""
        before = self.tree / ".config.lab"
        if (self.tree / ".config").exists():
            shutil.copy2(self.tree / ".config", before)
        config.configure(self.tree, self.options, self.toolchain, deadline)
        if before.exists() and before.read_bytes() == (self.tree / ".config").read_bytes():
            before.replace(self.tree / ".config")
        before.unlink(missing_ok=True)

    def _mend(self) -> bool:
        """Throws away what a killed make may have half written: make itself believes in times alone. Says if so."""
        busy = self.tree / BUSY
        if not busy.exists():
            return False
        found = [path for pattern in OBJECTS for path in self.tree.rglob(pattern) if path.is_file()]
        times = {path: path.stat().st_mtime for path in found}
        last = max(times.values(), default=0.0)
        for path, time in times.items():
            if time >= last - SUSPECT_SECONDS:
                path.unlink()
        busy.unlink()
        return True

    def build(self, log: Path, deadline: Deadline, title: str) -> None:
        """Makes the kernel, without a way through all directories where none is needed. Raises as make() does."""
        whole = descent.read(self.tree)
        objects = whole.objects(self.tree) if whole else None
        if not objects or not self._made_by_name(objects, log, deadline, title):
            objects = None
            self.make(TARGETS, log, deadline, title)
        descent.put(self.tree, (whole or descent.Whole()).built(self.tree, objects))

    def _made_by_name(self, objects: Sequence[str], log: Path, deadline: Deadline, title: str) -> bool:
        """Whether that went well: what is said of a kernel that cannot be made comes of the whole way."""
        try:
            self.make(objects, log, deadline, title)
            descent.touch_archives(self.tree, objects)
            self.make(["-o", ".", *TARGETS], log, deadline, title)
        except MakeFailed:
            return False
        return True

    def make(self, targets: Sequence[str], log: Path, deadline: Deadline, title: str) -> None:
        """Runs make with progress. Raises MakeFailed, or OutOfTime if the deadline passes."""
        whole = "vmlinux" in targets and not (self.tree / "vmlinux").exists()
        total = self._expected() if whole else None
        self.run(make(self.toolchain.cc, *self.arguments, *targets), log, deadline, title, total)

    def run(self, argv: Sequence[str], log: Path, deadline: Deadline, title: str, total: float | None = None) -> None:
        """Runs one make in the tree, marked as busy until it has ended by itself. Raises as make() does."""
        job = Job(argv, self.tree, log, self.lock, self.toolchain.enter)
        busy = self.tree / BUSY
        busy.touch()
        try:
            with Progress(title, total) as progress:
                steps = run_make(job, deadline, lambda done, what: progress.update(min(done, total or done), what))
        except MakeFailed:
            busy.unlink()  # an error of a compiler leaves no half-written object
            raise
        busy.unlink()
        if total:
            write_atomically(_estimate(self.key), [json.dumps(steps).encode()])

    def _expected(self) -> float:
        try:
            return float(json.loads(_estimate(self.key).read_text()))
        except (FileNotFoundError, ValueError):
            return FIRST_STEPS

    def release(self) -> str:
        """What `uname -r` will say."""
        try:
            return (self.tree / "include/config/kernel.release").read_text().strip()
        except FileNotFoundError:
            raise LabBroke(f"{self.tree}: make left no include/config/kernel.release") from None


def place(key: str) -> Path:
    """A work tree's folder in the cache."""
    return folders.cache() / KIND / key


def _estimate(key: str) -> Path:
    return folders.cache() / "estimates" / f"{key}.json"


def _is_config(name: str) -> bool:
    return Path(name).name.startswith("Kconfig")
