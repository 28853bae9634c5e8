# SPDX-License-Identifier: GPL-2.0-only
"""Lists every run that was made or imported here, oldest first. A word with a star is of an imported run."""

import argparse

NAME = "history"
HELP = "list the runs there were"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--kernel", default="", metavar="KERNEL", help="only runs of it: a name, key or build id")
    parser.add_argument("--scenario", default="", metavar="NAME", help="only runs of this scenario")
    parser.add_argument("--rescan", action="store_true", help="first take in run folders that were not recorded")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    """Prints the list."""
    import json

    from harness.history.recorder import rescan
    from harness.history.store import History
    from harness.history.table import plain, render_list
    from harness.progress import say

    with History.open() as history:
        if args.rescan:
            added, refused = rescan(history)
            for sentence in refused:
                say(f"left out: {sentence}")
            say(f"{len(added)} runs taken in{': ' + ', '.join(map(str, added)) if added else ''}")
        runs = history.runs(args.kernel, args.scenario)
    if not runs and (args.kernel or args.scenario):
        say("no recorded run is of that kernel and that scenario" if args.kernel and args.scenario else
            f"no recorded run is of {args.kernel or args.scenario}")  # fmt: skip
    text = json.dumps([plain(each, cells=False) for each in runs], indent=1) + "\n" if args.json else render_list(runs)
    print(text, end="")
    return 0
