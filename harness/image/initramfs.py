# SPDX-License-Identifier: GPL-2.0-only
"""The initramfs of a guest: one base for all kernels, made of the host's packages, and small overlays for each boot.

Not compressed: unpacking 2 MB of gzip under emulation takes as long as copying it, and needs one kernel option more.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from harness.folders import PROJECT
from harness.image import cpio, recipe
from harness.image.content import cached, digest, write_atomically
from harness.image.racer import build_racer

TAGS = PROJECT / "guest-tests" / "tagdump"
INIT = PROJECT / "guest-tests" / "init"


def base_initramfs(racer: Path, network: bool = False) -> Path:
    """The base archive by images/sweep.yaml, or images/network.yaml, from the cache where it is there.

    Raises LabBroke if the host lacks busybox-static or dropbear-bin.
    """
    name = "network" if network else "sweep"
    entries = [cpio.directory("root", 0o700), cpio.regular("init", INIT.read_bytes(), 0o755)]
    entries += [cpio.regular("bin/racer", racer.read_bytes(), 0o755), *recipe.load(name).entries()]
    if network:  # for `lab exec KERNEL -- tags FILE`
        entries.append(cpio.regular("bin/tags", build_racer(TAGS).read_bytes(), 0o755))
    data = cpio.archive(entries)
    return cached("initramfs", f"{name}.cpio", digest(data), lambda draft: _write(draft, data))


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
