# SPDX-License-Identifier: GPL-2.0-only
"""Takes in the runs of a file that `lab export` or `lab bundle` wrote: each becomes a run folder here and an entry of
the history, with a number of its own. A run that is here already, by content, is not taken in again."""

import argparse
from pathlib import Path

NAME = "import"
HELP = "take in another machine's runs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive")


def run(args: argparse.Namespace) -> int:
    """Takes them in and prints a line a run."""
    from harness.bundle.intake import take_in
    from harness.history.store import SHORT, History

    with History.open() as history:
        for taken in take_in(args.file, history):
            print(f"{taken.id[:SHORT]} {'is now' if taken.new else 'was here already as'} run {taken.number}")
    return 0
