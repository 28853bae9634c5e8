# SPDX-License-Identifier: GPL-2.0-only
"""The kernels of a bundle on this machine: out of the bundle, out of the cache, or built again from what it says."""

from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from harness.config import loader
from harness.config.filesystems import with_filesystems
from harness.config.models import GuestSpec, Lab
from harness.deadline import Deadline
from harness.engine.replay import cached
from harness.errors import BadInput
from harness.kernel import artefacts, sources
from harness.kernel.artefacts import Kernel
from harness.kernel.build import build
from harness.kernel.build_id import build_id
from harness.kernel.spec import request_for
from harness.progress import say
from harness.results.run import KernelInfo, Run

CONFIG = "lab.yaml"  # in a run folder: the file that named its kernels
GUEST = "guest.json"  # ... and the machine of its sweeps
HOURS = 3 * 3600.0  # for a build


@dataclass(frozen=True)
class Workshop:
    """``unpacked``: the bundle's folder, ``folder``: its run's within it."""

    unpacked: Path
    folder: Path
    run: Run

    def guest(self) -> GuestSpec:
        """The machine that the run was swept on. Raises BadInput."""
        try:
            return GuestSpec.model_validate_json((self.folder / GUEST).read_bytes())
        except (FileNotFoundError, ValidationError) as error:
            raise BadInput(
                f"the bundle's {GUEST} is not there or is damaged ({type(error).__name__}): make it again"
            ) from None

    def kernel(self, info: KernelInfo) -> Kernel:
        """The kernel of the run, or the nearest to it that this machine can make, which it then says.

        Raises BadInput where it can make none.
        """
        if (self.unpacked / "kernels" / info.key / artefacts.FACTS).is_file():
            return self._brought(info)
        try:
            return cached(info)
        except BadInput:
            return self._built(info)

    def _brought(self, info: KernelInfo) -> Kernel:
        """From the bundle: it stays in its folder, as nothing but its own word says what it was built from."""
        folder = self.unpacked / "kernels" / info.key
        found = build_id(folder / "vmlinux")
        if found != info.build_id:
            raise BadInput(
                f"kernel {info.name}: the bundle has build id {found}, its run {info.build_id}: get it again"
            )
        modules = self.unpacked / "modules" / info.modules
        return Kernel(info.name, info.key, folder, info.release, found, modules_folder=modules)

    def _built(self, info: KernelInfo) -> Kernel:
        spec = self._lab().kernels.get(info.name)
        if spec is None or not spec.source:
            raise BadInput(f"kernel {info.name} cannot be built here: make the bundle with --kernels")
        deadline = Deadline.after(HOURS)
        tree = sources.obtain_for(spec, deadline)
        if tree.release != info.release:
            raise BadInput(
                f"kernel {info.name} was {info.release}, its source here is {tree.release}: "
                "make the bundle with --kernels"
            )
        patches = [self.folder / "kernels" / info.name / name for name in info.patches]
        kernel = build(request_for(info.name, spec, tree, patches, self.run.plan.units), deadline=deadline)
        if kernel.build_id != info.build_id:
            say(f"kernel {info.name} is not the run's bit for bit: its compiler was {self._compiler()}")
        return replace(kernel, name=info.name)

    def _compiler(self) -> str:
        return self.run.environment.get("compiler", "another one")

    def _lab(self) -> Lab:
        path = self.folder / CONFIG
        if not path.is_file():
            raise BadInput(
                "the run kept no lab.yaml, so that its kernels cannot be built: make the bundle with --kernels"
            )
        return with_filesystems(loader.load_lab(path), {each.filesystem for each in self.run.plan.scenarios} - {""})
