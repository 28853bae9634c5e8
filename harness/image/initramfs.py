# SPDX-License-Identifier: GPL-2.0-only
"""The initramfs of a guest: one base for all kernels, made of the host's packages, and small overlays for each boot.

Not compressed: unpacking 2 MB of gzip under emulation takes as long as copying it, and needs one kernel option more.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from harness.folders import PROJECT
from harness.image import cpio, programs
from harness.image.content import cached, digest, write_atomically
from harness.image.cpio import Entry

INIT = PROJECT / "guest-tests" / "init"
FOLDERS = ("dev", "etc", "mnt", "modules", "proc", "root", "run", "sys", "tmp")
NODES = (("console", 5, 1), ("null", 1, 3), ("kmsg", 1, 11))
INIT_APPLETS = ("sh", "mount", "mkdir", "insmod", "sleep", "poweroff")
ACCOUNTS = {"etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n", "etc/group": b"root:x:0:\n"}


def base_initramfs(racer: Path, network: bool = False) -> Path:
    """The base archive, from the cache where it is there; with ``network`` dropbear and all of busybox are in it.

    Raises LabBroke if the host lacks busybox-static or dropbear-bin.
    """
    entries = _base(racer) + (_network() if network else [])
    data = cpio.archive(entries)
    name = "network.cpio" if network else "sweep.cpio"
    return cached("initramfs", name, digest(data), lambda draft: _write(draft, data))


def overlay(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """An archive of ``files`` (names without leading slash) to be laid over the base; those in ``executable`` are 0755.

    Files under root/ are readable by their owner only, which dropbear insists on.
    """
    return cpio.archive(cpio.regular(name, data, _permissions(name, executable)) for name, data in files.items())


def assemble(destination: Path, base: Path, *overlays: bytes) -> Path:
    """Writes the base and the overlays, one after the other, as the one file that QEMU's -initrd takes."""
    return write_atomically(destination, [base.read_bytes(), *overlays])


def _permissions(name: str, executable: Collection[str]) -> int:
    return 0o755 if name in executable else 0o600 if name.startswith("root/") else 0o644


def _write(draft: Path, data: bytes) -> None:
    draft.write_bytes(data)


def _base(racer: Path) -> list[Entry]:
    entries = [cpio.directory(name, 0o700 if name == "root" else 0o755) for name in FOLDERS]
    entries += [cpio.character_device(f"dev/{name}", major, minor) for name, major, minor in NODES]
    entries += [cpio.regular("init", INIT.read_bytes(), 0o755), cpio.regular("bin/racer", racer.read_bytes(), 0o755)]
    entries += [cpio.regular("bin/busybox", programs.busybox().read_bytes(), 0o755)]
    return entries + [cpio.symlink(f"bin/{name}", "busybox") for name in INIT_APPLETS]


def _network() -> list[Entry]:
    entries = programs.with_libraries(programs.host_program("dropbear", "dropbear-bin"), "bin/dropbear")
    names = sorted(set(programs.applets(programs.busybox())) - set(INIT_APPLETS))
    entries += [cpio.symlink(f"bin/{name}", "busybox") for name in names]
    return entries + [cpio.regular(name, data) for name, data in ACCOUNTS.items()]
