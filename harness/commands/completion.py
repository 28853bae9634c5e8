# SPDX-License-Identifier: GPL-2.0-only
"""Prints a completion script for a shell: `lab completion bash > ~/.local/share/bash-completion/completions/lab`."""

import argparse

NAME = "completion"
HELP = "print a completion script for bash, zsh or tcsh"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"])


def run(args: argparse.Namespace) -> int:
    """Prints the script on stdout."""
    import shtab

    from harness import cli

    print(shtab.complete(cli.make_parser(cli.verbs()), shell=args.shell))
    return 0
