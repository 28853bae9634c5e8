# SPDX-License-Identifier: GPL-2.0-only
"""What a guest is to be: a plain value that says everything QEMU has to be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.guest.machine import Machine

Mode = Literal["sweep", "ssh"]
Accelerator = Literal["kvm", "tcg"]


@dataclass(frozen=True)
class Nvdimm:
    """One NVDIMM: its image and that image's size in bytes, which QEMU wants to be exact."""

    image: Path
    size: int


@dataclass(frozen=True)
class GuestPlan:
    """One boot.

    ``sweep``: one emulated CPU whose time is its count of instructions, so that each boot is the same bit for bit; with
    ``cpus`` 2 a second one, emulated by the same thread in turns, for stops in atomic sections.
    ``ssh``: several CPUs that run in parallel, a network and an SSH server; stress, ``lab exec`` and ``lab shell``.
    ``memory`` in bytes; ``folder`` takes console.log, records and qemu.log of this boot; ``accelerator`` is heeded
    outside of a sweep only, which is emulated always; ``gdb`` is a socket for a debugger, for which a sweep waits;
    ``early`` gives the kernel a console from its first instructions on and logs the CPU's resets (guest/early.py).
    """

    mode: Mode
    kernel: Path
    initramfs: Path
    folder: Path
    nvdimms: tuple[Nvdimm, ...]
    machine: Machine
    memory: int = 512 << 20
    cpus: int = 1
    accelerator: Accelerator = "tcg"
    filesystem: str = "ext4"
    ssh_port: int = 0
    arguments: tuple[str, ...] = ()
    qmp: Path | None = None
    gdb: Path | None = None
    early: bool = False
    qemu: str = "qemu-system-x86_64"

    @property
    def console(self) -> Path:
        """All that the guest wrote to its serial console, from the firmware's first byte on."""
        return self.folder / "console.log"

    @property
    def records(self) -> Path:
        """What the guest's program wrote to the records port."""
        return self.folder / "records"

    @property
    def qemu_log(self) -> Path:
        """QEMU's own words."""
        return self.folder / "qemu.log"
