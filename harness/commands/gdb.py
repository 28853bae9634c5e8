# SPDX-License-Identifier: GPL-2.0-only
"""Runs one schedule in a guest under gdb, which has the kernel's symbols and stops where the schedule stops an actor.

lab gdb RUN 'AB A@dax_insert_entry+0x1f#1'; lab gdb stock --scenario read-write-hole 'AB A@dax_insert_entry+0x1f#1'.
On a terminal gdb is opened, and the guest ends with it. Elsewhere the guest waits for one, as with `lab replay --gdb`.
Exit status: 0, or 1 if the schedule ran to its end and showed another thing than in the run.
"""

import argparse
import sys

from harness.commands import replay

NAME = "gdb"
HELP = "run one schedule under gdb, which stops where it does"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("where", metavar="RUN|KERNEL", help="number or folder of a run, `last`, or a kernel")
    parser.add_argument("schedule", metavar="SCHEDULE", help="as reports print it: 'AB A@dax_insert_entry+0x1f#1'")
    parser.add_argument("--scenario", metavar="NAME", help="of a run: where more than one fails so; of a kernel: which")
    parser.add_argument("--kernel", metavar="NAME", help="of a run: kernel, or `with` or `without`, where both fail so")


def run(args: argparse.Namespace) -> int:
    """Runs the schedule."""
    from harness.config.loader import load_lab

    foreground = sys.stdin.isatty()
    if args.where in load_lab(args.config).kernels:
        return _on_kernel(args, foreground)
    return replay.run(
        argparse.Namespace(**vars(args), run_name=args.where, gdb=True, keep=False, foreground=foreground)
    )


def _on_kernel(args: argparse.Namespace, foreground: bool) -> int:
    from harness import host, words
    from harness.engine.debugger import debugger
    from harness.engine.replay import alone, shown
    from harness.engine.single import resolved
    from harness.errors import BadInput

    words.refuse(args, "goes with a run, which has two of them", "kernel")
    if not args.scenario:
        raise BadInput("a schedule is of a scenario: name it by --scenario")
    host.ensure(args.no_install, ("build", "image", "guest"))
    one = resolved(args.config, args.where, args.scenario, args.schedule)
    with debugger(one.subject.kernel, len(one.schedule.stops)) as gdb, gdb.attached(foreground):
        outcome = alone(one.subject, one.scenario, one.guest, one.schedule, gdb)
    print(shown(one.scenario.name, one.subject.name, outcome))
    return 0
