# SPDX-License-Identifier: GPL-2.0-only
"""Installs what the host lacks where that is allowed, else stops with the command that would."""

import os
from collections.abc import Sequence
from pathlib import Path

from harness import process
from harness.errors import LabBroke
from harness.host.needs import RUNNING, Found, Purpose, look
from harness.progress import say

DEBIAN_MARK = Path("/etc/debian_version")


def ensure(no_install: bool, purposes: tuple[Purpose, ...] = RUNNING) -> None:
    """Makes sure that everything the purposes need is there.

    As root on Debian or Ubuntu, and not with ``no_install``, it says what it will install and installs it. Raises
    LabBroke with the command to type otherwise, and if something is still missing or too old afterwards.
    """
    lacking = missing(look(purposes))
    if not lacking:
        return
    if no_install or not may_install():
        raise LabBroke(f"{sentence(lacking)}: {command(lacking)}")
    install(packages(lacking))
    lacking = missing(look(purposes))
    if lacking:
        raise LabBroke(f"{sentence(lacking)} even after installing {' '.join(packages(lacking))}")


def missing(found: Sequence[Found]) -> list[Found]:
    """What is not there or too old."""
    return [each for each in found if not each.fine]


def packages(lacking: Sequence[Found]) -> list[str]:
    """Debian packages that bring what is lacking, sorted."""
    return sorted({each.need.package for each in lacking})


def sentence(lacking: Sequence[Found]) -> str:
    """What is lacking, in words."""
    words = [
        f"{each.need.name} is {each.version}, {each.need.least} or newer is needed" if each.place else each.need.name
        for each in lacking
    ]
    return f"missing on this machine: {', '.join(words)}"


def command(lacking: Sequence[Found]) -> str:
    """The one command that installs what is lacking."""
    names = " ".join(packages(lacking))
    if not DEBIAN_MARK.exists():
        return f"install what Debian calls {names}"
    return f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install -y --no-install-recommends {names}"


def may_install() -> bool:
    """Whether this is root on Debian or a child of it such as Ubuntu."""
    return os.geteuid() == 0 and DEBIAN_MARK.exists()


def install(names: Sequence[str]) -> None:
    """Installs Debian packages, having said so. Raises LabBroke."""
    say(f"installing with apt-get: {' '.join(names)} (--no-install refuses)")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    # Without lists, as in a fresh container, nothing can be found; with old ones, downloads fail.
    process.run(["apt-get", "-qq", "update"], env=quiet, check=False)
    process.run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", *names], env=quiet)
