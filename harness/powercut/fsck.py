# SPDX-License-Identifier: GPL-2.0-only
"""The file system's own checker on an image that a kernel has mounted and unmounted; it never repairs."""

from collections.abc import Callable
from pathlib import Path

from harness.errors import LabBroke
from harness.process import run, tail

# e2fsck(8): 0 no errors, 4 errors left uncorrected, 8 and above: the checker could not do its work.
E2FSCK_ERRORS = 4
# xfs_repair(8) with -n: 0 clean, 1 corruption was found. 2 (a dirty log) cannot be after a clean unmount.
REPAIR_ERRORS = (1, 2)


def ext4(image: Path) -> str:
    """What e2fsck finds, "" for nothing. Raises LabBroke if it cannot say."""
    done = run(["e2fsck", "-f", "-n", image], check=False)
    if done.returncode not in (0, E2FSCK_ERRORS):
        raise LabBroke(f"e2fsck -fn {image} ended with status {done.returncode}:\n{tail(done.stdout)}")
    return tail(done.stdout) if done.returncode else ""


def xfs(image: Path) -> str:
    """What xfs_repair -n finds, "" for nothing. Raises LabBroke if it cannot say."""
    done = run(["xfs_repair", "-n", "-f", image], check=False)
    if done.returncode not in (0, *REPAIR_ERRORS):
        raise LabBroke(f"xfs_repair -n {image} ended with status {done.returncode}:\n{tail(done.stdout)}")
    return tail(done.stdout) if done.returncode else ""


CHECKERS: dict[str, Callable[[Path], str]] = {"ext4": ext4, "xfs": xfs}  # by driver()
