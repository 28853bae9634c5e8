# SPDX-License-Identifier: GPL-2.0-only
"""Packs one run into one file: plan, patches, configs, versions, schedules, logs, records of every guest. On another
machine `lab replay FILE` runs the same and says whether it shows the same; `lab import FILE` takes the run in."""

import argparse
from pathlib import Path

NAME = "bundle"
HELP = "pack a run into one file that another machine can run again"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("run_name", metavar="RUN", help="number or folder of the run, or `last`")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the archive (run-N.tar.gz)")
    parser.add_argument("--kernels", action="store_true", help="with the kernels, so that nothing need be built")


def run(args: argparse.Namespace) -> int:
    """Writes the archive and prints its name."""
    from harness.bundle.archive import write_archive
    from harness.bundle.contents import bundle
    from harness.progress import say
    from harness.results.folder import RunFolder

    folder = RunFolder.open(args.run_name)
    path = args.output or Path(f"run-{folder.number}.tar.gz")
    manifest, files = bundle(folder, kernels=args.kernels)
    write_archive(path, manifest, files)
    print(path)
    say(f"{len(files)} files, {path.stat().st_size / 1e6:.1f} MB")
    return 0
