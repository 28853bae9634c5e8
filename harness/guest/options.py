# SPDX-License-Identifier: GPL-2.0-only
"""Options that the verbs which boot a guest for a person share, and from them to the guest that is wanted."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.guest.session import Wish

FILESYSTEMS = ("ext4", "xfs", "xfs-aligned", "xfs-reflink", "xfs-reflink-aligned")


def add_guest_options(parser: argparse.ArgumentParser) -> None:
    """Adds the kernel, as a name of lab.yaml or a file, and what may differ from lab.yaml's guest."""
    parser.add_argument("--bzimage", type=Path, metavar="FILE", help="boot this kernel; lab.yaml is not read")
    parser.add_argument("--cpus", type=int, metavar="N", help="virtual CPUs (as lab.yaml's stress guest)")
    parser.add_argument("--memory", metavar="SIZE", help="memory, as 512M")
    parser.add_argument("--filesystem", choices=FILESYSTEMS, help="what /mnt is; aligned: to 2 MiB, as ext4 always is")
    parser.add_argument("--machine", metavar="NAME", help="one of harness/guest/machines/")
    parser.add_argument("--append", metavar="WORDS", default="", help="further kernel arguments")
    parser.add_argument("--console", type=Path, metavar="DIR", help="keep console.log and qemu.log in this folder")
    parser.add_argument("--dry-run", action="store_true", help="print QEMU's command line and stop")


def wish(args: argparse.Namespace) -> "Wish":
    """The guest that a command line asks for. Raises BadInput for an unknown kernel or a value that cannot be."""
    from harness.config.loader import load_lab
    from harness.config.models import GuestSpec
    from harness.guest.session import Wish

    spec = GuestSpec() if args.bzimage else load_lab(args.config).guest("stress")
    filesystem = args.filesystem or spec.filesystem
    kernel, modules = _kernel(args, filesystem)
    return Wish(
        kernel=kernel, modules=modules, memory=_size(args.memory) if args.memory else spec.memory_bytes,
        cpus=spec.cpus if args.cpus is None else _cpus(args.cpus), nvdimm=spec.nvdimm.size_bytes,
        nvdimms=spec.nvdimm.count, filesystem=filesystem, machine=args.machine or spec.machine,
        arguments=tuple(args.append.split()),
    )  # fmt: skip


def print_plan(args: argparse.Namespace) -> None:
    """Prints QEMU's command line on stdout; the files it names are made when a guest is really booted."""
    import shlex
    import sys
    from tempfile import gettempdir

    from harness.guest.argv import qemu_argv
    from harness.guest.session import plan

    folder = args.console or Path(gettempdir()) / "lab-guest"
    sys.stdout.write(shlex.join(qemu_argv(plan(wish(args), folder))) + "\n")


def _kernel(args: argparse.Namespace, filesystem: str) -> tuple[Path, dict[str, Path]]:
    if args.bzimage:
        return _existing(args.bzimage), {}
    if not args.kernel:
        raise BadInput("name a kernel of lab.yaml, or a file by --bzimage FILE")
    from harness.guest.named import kernel_named
    from harness.kernel.abilities import check_ssh

    kernel = kernel_named(args.config, args.kernel, filesystem=filesystem)
    check_ssh(args.kernel, kernel.config)
    return kernel.bzimage, dict(kernel.modules)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BadInput(f"--bzimage: there is no file {path}")
    return path.resolve()


def _cpus(number: int) -> int:
    if not 1 <= number <= 64:
        raise BadInput(f"--cpus: {number} cannot be, take 1 to 64")
    return number


def _size(text: str) -> int:
    from harness.config.units import bytes_of

    try:
        return bytes_of(text)
    except ValueError as error:
        raise BadInput(f"--memory: {error}") from None
