# SPDX-License-Identifier: GPL-2.0-only
"""Boots a kernel and opens a shell in the guest; the guest ends with it. The DAX file system is /mnt."""

import argparse
import sys

NAME = "shell"
HELP = "open a shell in a guest over SSH"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    from harness.guest.options import add_guest_options

    parser.add_argument("kernel", nargs="?", help="a kernel of lab.yaml (left out with --bzimage)")
    add_guest_options(parser)


def run(args: argparse.Namespace) -> int:
    """Returns the shell's status."""
    from harness.errors import BadInput
    from harness.guest.options import print_plan, wish
    from harness.guest.session import session
    from harness.progress import say

    if args.bzimage and args.kernel:
        raise BadInput(f"`{args.kernel}` or --bzimage: a guest boots one kernel")
    if args.dry_run:
        print_plan(args)
        return 0
    if not sys.stdin.isatty():
        raise BadInput("a shell needs a terminal; for a script there is `lab exec`")
    with session(wish(args), args.console) as shell:
        say("This is the guest; `exit` or Ctrl-D ends it.")
        return shell.interact()
