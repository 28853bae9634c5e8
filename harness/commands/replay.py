# SPDX-License-Identifier: GPL-2.0-only
"""Runs one schedule of a past run again and compares trace and outcome; without a schedule sweeps all that the run
swept, and compares what fails. RUN may be a file of `lab bundle`: then its kernels are taken from the file, from the
cache, or built as it says. Exit status: 0 if both are the same, 1 if the kernel did otherwise, 3 if that is not
known."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.bundle.again import Pair
    from harness.config.models import GuestSpec
    from harness.kernel.artefacts import Kernel
    from harness.results.folder import RunFolder
    from harness.results.run import KernelInfo

NAME = "replay"
HELP = "run one schedule, or all of a run, again and compare"


@dataclass(frozen=True)
class Past:
    """A run as it lies here, or as it came in a file."""

    folder: RunFolder
    guest: GuestSpec
    find: Callable[[KernelInfo], Kernel]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("run_name", metavar="RUN", help="number or folder of the run, `last`, or a bundle")
    parser.add_argument(
        "schedule", nargs="?", metavar="SCHEDULE", help="as reports print it: 'AB A@dax_insert_entry+0x1f#1'"
    )
    parser.add_argument("--scenario", metavar="NAME", help="the scenario it belongs to, where more than one fails so")
    parser.add_argument("--kernel", metavar="NAME", help="kernel, or `with` or `without`, where it fails on both")
    held = parser.add_mutually_exclusive_group()
    held.add_argument("--gdb", action="store_true", help="wait for gdb, which then stops where the schedule does")
    held.add_argument("--keep", action="store_true", help="show it in a guest with SSH, and hold that until Ctrl-C")
    parser.set_defaults(foreground=False)  # `lab gdb` sets it


def run(args: argparse.Namespace) -> int:
    """Replays."""
    from harness import words

    if args.schedule is None:
        words.refuse(
            args, "goes with a SCHEDULE: without one all of the run is swept again", "scenario", "kernel", "gdb",
            "keep",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="lab-replay-") as scratch, _past(args, Path(scratch)) as past:
        return _all(past, Path(scratch)) if args.schedule is None else _one(args, past)


@contextmanager
def _past(args: argparse.Namespace, scratch: Path) -> Iterator[Past]:
    from harness import host
    from harness.bundle.archive import is_archive, unpack
    from harness.bundle.kernels import Workshop
    from harness.config.loader import load_lab
    from harness.engine.replay import cached
    from harness.errors import BadInput
    from harness.results.folder import RunFolder

    if not is_archive(Path(args.run_name)):
        guest, folder = load_lab(args.config).guest("sweep"), RunFolder.open(args.run_name)
        host.ensure(args.no_install, ("image", "guest"))
        yield Past(folder, guest, cached)
        return
    if args.gdb or args.keep:
        option = "--gdb" if args.gdb else "--keep"
        raise BadInput(f"{option} goes with a run that is here: `lab import` takes the bundle in")
    manifest = unpack(Path(args.run_name), scratch / "bundle")
    if len(manifest.runs) != 1:
        raise BadInput(f"{args.run_name} holds {len(manifest.runs)} runs: `lab import` takes them in, then replay one")
    place = scratch / "bundle" / "runs" / manifest.runs[0]
    folder = RunFolder(place.rename(place.with_name("1")))
    workshop = Workshop(scratch / "bundle", folder.path, folder.load())
    guest = workshop.guest()
    host.ensure(args.no_install, ("build", "image", "guest"))
    yield Past(folder, guest, workshop.kernel)


def _one(args: argparse.Namespace, past: Past) -> int:
    from harness.engine.replay import debugged, named, replay

    scenario, kernel = named(past.folder.load(), args.schedule, args.scenario, args.kernel)
    if args.keep:
        from harness.engine.kept import hold

        return hold(past.folder, args.schedule, scenario, kernel, past.guest, print)
    with debugged(past.folder, args.schedule, kernel, args.foreground) if args.gdb else nullcontext() as gdb:
        done = replay(
            past.folder, args.schedule, scenario=scenario, kernel=kernel, guest=past.guest, gdb=gdb, find=past.find
        )
    print(done.told)
    return 1 if done.parted else 0


def _all(past: Past, scratch: Path) -> int:
    from harness.bundle.again import sweep_again

    pairs = sweep_again(past.folder, past.find, past.guest, scratch / "guests")
    for pair in pairs:
        print(f"{pair.scenario} on {pair.kernel}: {_told(pair)}")
    words = [pair.word for pair in pairs]
    print(f"{words.count('same')} of {len(pairs)} sweeps show the same")
    return 1 if "differs" in words else 3 if "unknown" in words else 0


def _told(pair: Pair) -> str:
    silent = f"says nothing: {pair.silent}" if pair.silent else ""
    if pair.word != "same":
        return "; ".join(filter(None, (pair.parted, silent)))
    failing, total = sum(pair.then.failing.values()), sum(pair.then.schedules.values())
    return f"the same, {failing} of {total} schedules fail"
