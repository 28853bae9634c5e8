# SPDX-License-Identifier: GPL-2.0-only
"""The host's own programs as members of an initramfs, with the shared libraries that they need."""

import re
import shutil
from pathlib import Path

from harness.errors import LabBroke
from harness.image.cpio import Entry, regular
from harness.process import run

LIBRARY = re.compile(r"^\s*(?:\S+ => )?(/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
SYSTEM_FOLDERS = "/usr/sbin:/sbin:/usr/bin:/bin"


def host_program(name: str, package: str) -> Path:
    """The path of ``name``, system folders included. Raises LabBroke naming Debian's ``package`` if it is missing."""
    found = shutil.which(name) or shutil.which(name, path=SYSTEM_FOLDERS)
    if not found:
        raise LabBroke(f"`{name}` is not installed: `apt-get install {package}` brings it")
    return Path(found)


def applets(program: Path) -> list[str]:
    """The names that this busybox answers to, itself left out."""
    return [name for name in run([program, "--list"]).stdout.split() if name != "busybox"]


def libraries(program: Path) -> list[Path]:
    """The shared libraries and the loader that ``program`` needs; none for a static one."""
    listing = run(["ldd", program], check=False).stdout
    return sorted({Path(found) for found in LIBRARY.findall(listing)})


def with_libraries(program: Path, target: str) -> list[Entry]:
    """``program`` as ``target`` in the archive, its libraries under the paths that its loader looks at."""
    entries = [regular(target, program.read_bytes(), 0o755)]
    return entries + [regular(str(path).lstrip("/"), path.read_bytes(), 0o755) for path in libraries(program)]
