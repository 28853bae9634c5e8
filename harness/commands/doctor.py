# SPDX-License-Identifier: GPL-2.0-only
"""Lists every program, version and right the lab needs, and the one command that installs what is missing.

Exits with 0 if `lab run` can work here, else with 3.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from harness.errors import ExitStatus

if TYPE_CHECKING:
    from harness.host.needs import Found
    from harness.host.rights import Right

NAME = "doctor"
HELP = "list what the lab needs of this machine and what is missing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--check", action="store_true", help="also what `make check` needs")
    parser.add_argument("--install", action="store_true", help="install what is missing (root on Debian or Ubuntu)")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    """Prints the list; 0 if nothing needed is missing, else 3."""
    from harness.host import ensure, install, needs
    from harness.host.rights import rights

    purposes = needs.RUNNING + (("check",) if args.check else ())
    if args.install:
        ensure(args.no_install, purposes)
    found, allowed = needs.look(purposes, versions=True), [*rights(), *_toolchains()]
    if args.json:
        print(json.dumps({"needs": [_plain(each) for each in found], "rights": [asdict(each) for each in allowed]}))
    else:
        _print(found, allowed)
    lacking = install.missing(found)
    if lacking and not args.json:
        print(f"\nTo install what is missing: {install.command(lacking)}")
    fine = not lacking and all(each.fine for each in allowed if each.needed)
    return ExitStatus.AS_EXPECTED if fine else ExitStatus.LAB_BROKE


def _toolchains() -> list["Right"]:
    from harness.host.rights import Right
    from harness.kernel.toolchain import lacking
    from harness.kernel.toolchain_data import toolchains

    lacks = {name: lacking(name) for name in toolchains()}
    return [
        Right(f"toolchain {name}", not lacks[name], lacks[name] or entry.why, needed=False)
        for name, entry in toolchains().items()
    ]


def _plain(found: "Found") -> dict[str, object]:
    return {**asdict(found.need), "place": found.place, "version": found.version, "fine": found.fine}


def _print(found: Sequence["Found"], allowed: Sequence["Right"]) -> None:
    for each in found:
        state = "ok" if each.fine else "too old" if each.place else "missing"
        least = f" (>= {each.need.least})" if each.need.least else ""
        version = each.version or ("-" if each.place else "")
        name = each.need.name.rpartition("/")[2]
        print(f"{state:8}{name:27}{version:10}{each.need.package:23}{each.need.why}{least}")
    for right in allowed:
        state = "ok" if right.fine else "missing" if right.needed else "no"
        print(f"{state:8}{right.name:27}{right.says}")
