# SPDX-License-Identifier: GPL-2.0-only
"""Boots a kernel, runs one command in the guest and exits with its status; its input and output are the command's.

lab exec stock -- uname -a; lab exec --bzimage FILE -- cat /proc/mounts. The DAX file system is /mnt.
Where the guest itself fails, the status is that of any verb (docs/exit-codes.md).
"""

import argparse
import sys
from pathlib import Path

NAME = "exec"
HELP = "run a command in a guest over SSH"
TAKES_COMMAND = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    from harness.guest.options import add_guest_options

    parser.add_argument("kernel", nargs="?", help="a kernel of lab.yaml (left out with --bzimage)")
    parser.add_argument("words", nargs="*", metavar="-- COMMAND", help="the command and its words, behind `--`")
    parser.add_argument("--put", action="append", default=[], metavar="FILE:PATH", help="copy into the guest before")
    parser.add_argument("--get", action="append", default=[], metavar="PATH:FILE", help="copy from the guest after")
    parser.set_defaults(behind=())
    add_guest_options(parser)


def run(args: argparse.Namespace) -> int:
    """Returns the command's own status."""
    from harness.errors import BadInput
    from harness.guest.options import print_plan, wish
    from harness.guest.session import session
    from harness.guest.ssh import get, put

    words = _command(args)
    incoming, outgoing = [_pair(text, "--put") for text in args.put], [_pair(text, "--get") for text in args.get]
    if args.dry_run:
        print_plan(args)
        return 0
    if not words:
        raise BadInput("which command? Write it behind two dashes: lab exec stock -- uname -a")
    stdin = None if sys.stdin is None or sys.stdin.isatty() else sys.stdin.buffer
    with session(wish(args), args.console) as shell:
        for source, target in incoming:
            put(shell, Path(source), target)
        status = shell.run(_line(words), sys.stdout.buffer, sys.stderr.buffer, stdin)
        for source, target in outgoing:
            get(shell, source, Path(target))
    return status


def _command(args: argparse.Namespace) -> list[str]:
    """The words of the command; with --bzimage, and no dashes, the parser has taken the first for a kernel's name."""
    from harness.errors import BadInput

    before = [args.kernel, *args.words] if args.bzimage and args.kernel else list(args.words)
    if before and args.behind:
        raise BadInput(f"`{before[0]}`: the command is what stands behind the two dashes, alone")
    return [*before, *args.behind]


def _line(words: list[str]) -> str:
    """One word is a line for the guest's sh, as with ssh; several are the words of one program."""
    import shlex

    return words[0] if len(words) == 1 else shlex.join(words)


def _pair(text: str, option: str) -> tuple[str, str]:
    from harness.errors import BadInput

    source, colon, target = text.partition(":")
    if not (source and colon and target):
        raise BadInput(f"{option} {text}: write it as FROM:TO")
    if option == "--put" and not Path(source).exists():
        raise BadInput(f"--put: there is no {source}")
    return source, target
