# SPDX-License-Identifier: GPL-2.0-only
"""Shows one run of the history: its kernels, its verdict, each scenario on each kernel. Exits with the run's status."""

import argparse

NAME = "show"
HELP = "show one run of the history"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("run_name", nargs="?", default="last", metavar="RUN", help="number, beginning of its id, last")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(args: argparse.Namespace) -> int:
    """Prints it."""
    import json

    from harness.history.store import History
    from harness.history.table import plain, render_one

    with History.open() as history:
        found = history.find(args.run_name)
    print(json.dumps(plain(found, cells=True), indent=1) + "\n" if args.json else render_one(found), end="")
    return found.status
