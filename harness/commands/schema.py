# SPDX-License-Identifier: GPL-2.0-only
"""Prints the JSON schema of lab.yaml, of a scenario or of series.yaml, for editors that complete and check yaml."""

import argparse
import json

NAME = "schema"
HELP = "print the JSON schema of lab.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--scenario",
        dest="which",
        action="store_const",
        const="scenario",
        default="lab",
        help="of guest-tests/scenarios/*.yaml instead",
    )
    which.add_argument(
        "--series", dest="which", action="store_const", const="series", help="of patches/**/series.yaml instead"
    )


def run(args: argparse.Namespace) -> int:
    """Prints the schema on stdout."""
    from harness.config.schema import schema_of

    print(json.dumps(schema_of(args.which), indent=2))
    return 0
