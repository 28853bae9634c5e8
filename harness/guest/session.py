# SPDX-License-Identifier: GPL-2.0-only
"""A guest to talk to: image, keys, port, boot and connection, as one context manager."""

import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.deadline import Deadline
from harness.guest import accel, machine
from harness.guest.keys import KeyPair
from harness.guest.plan import GuestPlan, Nvdimm
from harness.guest.runner import Guest
from harness.guest.ssh import Shell, connect
from harness.image import initramfs, pmem, racer

BOOT_SECONDS = 120.0


@dataclass(frozen=True)
class Wish:
    """What the guest is to be: kernel, modules to load (by name, as "dirty-tags"), sizes in bytes, CPUs.

    ``files`` lie in it beside (names without leading slash); ``gdb`` is a socket for a debugger, that may come at any
    time; ``held``: it stays when its kernel has died.
    """

    kernel: Path
    modules: Mapping[str, Path] = field(default_factory=dict)
    memory: int = 512 << 20
    cpus: int = 1
    nvdimm: int = 128 << 20
    nvdimms: int = 1
    filesystem: str = "ext4"
    machine: str = "pc"
    arguments: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    gdb: Path | None = None
    held: bool = False


def plan(wish: Wish, folder: Path) -> GuestPlan:
    """The plan of that guest, its files being in ``folder``; makes nothing yet but asks which acceleration works."""
    nvdimms = tuple(Nvdimm(folder / f"nvdimm{number}", wish.nvdimm) for number in range(wish.nvdimms))
    return GuestPlan(
        mode="ssh", kernel=wish.kernel, initramfs=folder / "initramfs", folder=folder, nvdimms=nvdimms,
        machine=machine.load(wish.machine), memory=wish.memory, cpus=wish.cpus, accelerator=accel.probe(),
        filesystem=wish.filesystem, ssh_port=free_port(), arguments=wish.arguments, gdb=wish.gdb,
    )  # fmt: skip


@contextmanager
def session(wish: Wish, folder: Path | None = None) -> Iterator[Shell]:
    """Boots the guest and connects to it; ends it with the block. Its console stays in ``folder``, if one is given."""
    with session_with_keys(wish, folder) as (shell, _host, _client):
        yield shell


@contextmanager
def session_with_keys(wish: Wish, folder: Path | None = None) -> Iterator[tuple[Shell, KeyPair, KeyPair]]:
    """The same, with the guest's key and the one that it lets in."""
    with tempfile.TemporaryDirectory(prefix="lab-") as scratch:
        boot = plan(wish, Path(scratch))
        host, client = KeyPair.generate(), KeyPair.generate()
        _prepare(boot, wish, host, client)
        if folder:
            boot = replace(boot, folder=folder)
        # A guest that waits for its user is quiet, which is no hang.
        with Guest(boot, quiet=float("inf"), held=wish.held) as guest:
            yield connect(guest, host, client, Deadline.after(BOOT_SECONDS)), host, client


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _prepare(boot: GuestPlan, wish: Wish, host: KeyPair, client: KeyPair) -> None:
    files = {f"modules/{name}.ko": path.read_bytes() for name, path in wish.modules.items()}
    files |= wish.files
    files["etc/dropbear/host_key"] = host.dropbear()
    files["root/.ssh/authorized_keys"] = client.openssh_public().encode()
    base = initramfs.base_initramfs(racer.build_racer(), network=True)
    initramfs.assemble(boot.initramfs, base, initramfs.overlay(files))
    template = pmem.pmem_template(wish.nvdimm, wish.filesystem)
    for nvdimm in boot.nvdimms:
        pmem.fresh_copy(template, nvdimm.image)
