# SPDX-License-Identifier: GPL-2.0-only
"""Trims the cache of kernels, trees and images: what was used longest ago goes first, what is in use stays."""

import argparse

from harness.errors import ExitStatus

NAME = "gc"
HELP = "trim the cache of kernels and images"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--max-size", metavar="SIZE", default="20G", help="what the cache may hold (20G; 0 empties it)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")


def run(args: argparse.Namespace) -> int:
    """Prints one line for each entry removed, and what is left."""
    from harness import folders
    from harness.config.units import size_text
    from harness.host import storage

    most, found = _limit(args.max_size), storage.entries(folders.cache())
    removed = 0
    for entry in storage.surplus(found, most):
        gone = not storage.in_use(entry) if args.dry_run else storage.remove(entry)
        verb = ("would remove" if args.dry_run else "removed") if gone else "in use, stays:"
        print(f"{verb} {entry.name} ({size_text(entry.size)})")
        removed += entry.size if gone else 0
    left, tense = sum(entry.size for entry in found) - removed, "would be" if args.dry_run else "are"
    print(f"{folders.cache()}: {size_text(left)} of {size_text(most)} {tense} left, {size_text(removed)} freed")
    return ExitStatus.AS_EXPECTED


def _limit(text: str) -> int:
    from harness.config.units import bytes_of
    from harness.errors import BadInput

    if text == "0":
        return 0
    try:
        return bytes_of(text)
    except ValueError as error:
        raise BadInput(f"--max-size: {error}") from None
