# SPDX-License-Identifier: GPL-2.0-only
"""Writes runs of the history to one file, for `lab import` on another machine. Their guests' files stay here; `lab
bundle` takes them too."""

import argparse
from pathlib import Path

NAME = "export"
HELP = "write runs to one file for another machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("run_names", nargs="+", metavar="RUN", help="number, beginning of an id, `last`, or `all`")
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive, as runs.tar.gz")


def run(args: argparse.Namespace) -> int:
    """Writes the archive."""
    from harness.bundle.archive import write_archive
    from harness.bundle.contents import export
    from harness.counted import counted
    from harness.history.store import History
    from harness.progress import say

    with History.open() as history:
        every = history.runs() if "all" in args.run_names else [history.find(name) for name in args.run_names]
        found = {each.id: each for each in every}
        manifest, files = export([(each, history.results(each.id)) for each in found.values()])
    write_archive(args.file, manifest, files)
    say(f"{counted(len(manifest.runs), 'run')} in {args.file}, {args.file.stat().st_size / 1e6:.1f} MB")
    return 0
