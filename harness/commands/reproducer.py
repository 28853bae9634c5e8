# SPDX-License-Identifier: GPL-2.0-only
"""Writes one failing schedule of a run as a small tree that needs no lab: a C program, kernel modules, a Makefile, and
a README of ten lines. It runs under plain QEMU or virtme-ng, for a maintainer who wants to see it."""

import argparse
from pathlib import Path

NAME = "reproducer"
HELP = "write one failing schedule as a tree that needs no lab"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("run_name", metavar="RUN", help="number or folder of the run, or `last`")
    parser.add_argument("schedule", metavar="SCHEDULE", help="as reports print it: 'AB A@dax_insert_entry+0x1f#1'")
    parser.add_argument("--scenario", metavar="NAME", help="the scenario it belongs to, where more than one fails so")
    parser.add_argument("--kernel", metavar="NAME", help="kernel, or `with` or `without`, where it fails on both")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="the tree (reproducer-SCENARIO)")


def run(args: argparse.Namespace) -> int:
    """Writes the tree and prints its name."""
    from harness.config.loader import load_lab
    from harness.reproducer.chosen import recipe
    from harness.reproducer.tree import write_tree
    from harness.results.folder import RunFolder

    made = recipe(
        RunFolder.open(args.run_name), args.schedule, args.scenario, args.kernel, load_lab(args.config).guest("sweep")
    )
    place = args.output or Path(f"reproducer-{made.scenario.name}")
    write_tree(place, made)
    print(place)
    return 0
