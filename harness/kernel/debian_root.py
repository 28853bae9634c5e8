# SPDX-License-Identifier: GPL-2.0-only
"""A Debian release with compiler, linker and what a kernel's build runs, in the cache: for kernels that need its tools.

mmdebstrap sets it up (as root by chroot(2), else in a user namespace) and packs it; it is unpacked as the user's own,
so that it can be removed like all else in the cache. A build enters it by chroot(2) in a mount namespace in which the
cache is where it is outside: paths in objects and logs stay true.
"""

import json
import os
import re
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from harness import folders
from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.image.content import digest
from harness.image.programs import host_program
from harness.kernel.locks import keep, locked
from harness.kernel.sources.apt import KEYRING, apt_sources, host_network
from harness.process import CommandFailed, run
from harness.progress import say

KIND = "toolchains"
VERSION = "1"  # of what is done to it; a new one makes every one stale
SECONDS = 1800.0
SHOWN_LINES = 4
# What kbuild runs beside compiler and linker, by the kernel's Documentation/process/changes.rst; lz4 packs the image.
TOOLS = (
    "bc", "bison", "flex", "kmod", "libc6-dev", "libelf-dev", "libssl-dev", "lz4", "make", "perl", "python3-minimal",
    "xz-utils", "cpio", "rsync",
)  # fmt: skip
UNREAD = ("doc", "info", "locale", "man")  # folders of /usr/share
PACKAGE = re.compile(r"^Package: (\S+)\n(?:.*\n)*?Version: (\S+)$", re.M)
# The cache first: what is mounted below it later must not come in twice.
ENTER = """\
root=$1 cache=$2 chroot=$3 here=$PWD; shift 3
mkdir -p "$root$cache"
mount --rbind "$cache" "$root$cache"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
in='cd "$1" && shift && exec "$@"'
exec "$chroot" "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c "$in" sh "$here" "$@"
"""
MODES = (("unshare", "--mount"), ("unshare", "--map-root-user", "--mount"))


def obtain(release: str, packages: Sequence[str], deadline: Deadline) -> Path:
    """The release's root folder with ``packages`` beside what every build needs, set up unless it is in the cache.

    Raises LabBroke: mmdebstrap is missing, the mirror cannot be reached, this machine lets nobody enter it.
    """
    wanted = sorted({*packages, *TOOLS})
    folder = folders.cache() / KIND / f"{release}-{digest(VERSION, release, *wanted)}"
    if not folder.is_dir():
        _modes()
        with locked(folder, deadline, f"set up the toolchain of Debian {release}"):
            if not folder.is_dir():
                _set_up(folder, release, wanted, deadline)
    keep(folder)
    return folder / "root"


def enter(root: Path) -> tuple[str, ...]:
    """What stands before a command that is to run in ``root``, in the same folder, which lies in the cache.

    Raises LabBroke: this machine lets nobody enter it.
    """
    chroot = host_program("chroot", "coreutils")  # it lies in /usr/sbin, which a user's PATH has not
    return (*_modes(), "sh", "-e", "-c", ENTER, "sh", str(root), str(folders.cache().resolve()), str(chroot))


@cache
def _modes() -> tuple[str, ...]:
    """How a mount namespace is had here: root needs no user namespace for it."""
    for words in MODES:
        if run([*words, "true"], check=False).returncode == 0:
            return words
    raise LabBroke(
        "no toolchain of a Debian release can be entered here: this machine gives no mount namespace "
        f"(`{' '.join(MODES[-1])} true` fails); name compilers of the host by `cc` and `ld` instead"
    )


def lacking() -> str:
    """What this machine lacks to set one up, in words; nothing if all is there."""
    try:
        _programs()
        _modes()
    except LabBroke as error:
        return str(error)
    return ""


def _programs() -> Path:
    if os.geteuid() != 0:
        host_program("newuidmap", "uidmap")
    return host_program("mmdebstrap", "mmdebstrap")


def _set_up(folder: Path, release: str, packages: Sequence[str], deadline: Deadline) -> None:
    program = _programs()
    if not KEYRING.is_file():
        raise LabBroke(f"{KEYRING} is missing: `apt-get install debian-archive-keyring` brings it")
    say(f"setting up the toolchain of Debian {release} (once)")
    draft = folder.with_name(f".draft-{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _make(program, draft, release, packages, deadline)
    except CommandFailed as error:
        shutil.rmtree(draft, ignore_errors=True)
        said = [line for line in error.output.splitlines() if line.startswith(("E:", "W:"))]
        words = "; ".join(said[-SHOWN_LINES:]) or error.output.strip()
        raise LabBroke(f"the toolchain of Debian {release} cannot be set up, mmdebstrap says: {words}") from None
    draft.rename(folder)


def _make(program: Path, draft: Path, release: str, packages: Sequence[str], deadline: Deadline) -> None:
    root = draft / "root"
    root.mkdir(parents=True)
    (draft / "lab.sources").write_text(apt_sources(release))
    (draft / "apt.conf").write_text(f'Acquire::Languages "none";\nAcquire::Retries "2";\n{host_network()}')
    mode = "root" if os.geteuid() == 0 else "unshare"
    packed = draft / "root.tar"
    run(
        [
            program, f"--mode={mode}", "--variant=essential", f"--include={','.join(packages)}",
            f"--aptopt={draft / 'apt.conf'}", *[f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in UNREAD],
            release, packed, draft / "lab.sources",
        ],
        deadline=deadline.sooner(SECONDS),
    )  # fmt: skip
    run(["tar", "-x", "--no-same-owner", "--exclude=./dev/*", "-f", packed, "-C", root], deadline=deadline)
    packed.unlink()
    for name in ("dev", "proc"):
        (root / name).mkdir(exist_ok=True)
    versions = dict(PACKAGE.findall((root / "var/lib/dpkg/status").read_text()))
    (draft / "packages.json").write_text(json.dumps(versions, indent=1))
