# SPDX-License-Identifier: GPL-2.0-only
"""Options that several verbs have: declared once, and so called and meant alike. `harness/words.py` reads them."""

from argparse import ArgumentParser

END = "end in that time, as 90s or 20m, with what there is"


def kernels(parser: ArgumentParser) -> None:
    """``--without``, ``--with`` (``with_``): the pair, where it is not that of lab.yaml."""
    parser.add_argument("--without", metavar="KERNEL", help="the kernel without the patch, a key of `kernels`")
    parser.add_argument("--with", dest="with_", metavar="KERNEL", help="the kernel with the patch")


def scenarios(parser: ArgumentParser, told: str = "only these scenarios") -> None:
    """``--scenario``, a list of lists with commas."""
    parser.add_argument("--scenario", action="append", default=[], metavar="NAME[,NAME]", help=told)


def bound(parser: ArgumentParser, told: str = "at most that many stops a schedule", default: int | None = None) -> None:
    """``--bound``."""
    parser.add_argument("--bound", type=int, choices=(0, 1, 2), default=default, help=told)


def prune(parser: ArgumentParser, sampled: bool = True) -> None:
    """``--prune``, and ``--sample`` where pruned schedules can be sampled."""
    parser.add_argument("--prune", action="store_true", help="leave out stops that equal one at the next point")
    if sampled:
        parser.add_argument(
            "--sample", type=int, metavar="N", help="with --prune: run one of N pruned schedules all the same"
        )


def both_wake_ups(parser: ArgumentParser) -> None:
    """``--both-wake-ups``."""
    parser.add_argument(
        "--both-wake-ups", action="store_true", help="a resumed actor that wakes another also goes on before that one"
    )


def atomic_stops(parser: ArgumentParser) -> None:
    """``--atomic-stops``."""
    parser.add_argument(
        "--atomic-stops", action="store_true",
        help="also stop an actor inside atomic sections, with the others on a second CPU; what waits by spinning is "
        "given up and counts as not tested",
    )  # fmt: skip


def points(parser: ArgumentParser) -> None:
    """``--points``."""
    parser.add_argument("--points", choices=("calls", "instructions"), help="where actors can be preempted")


def budget(parser: ArgumentParser, told: str = END) -> None:
    """``--budget``."""
    parser.add_argument("--budget", metavar="TIME", help=told)


def no_stress(parser: ArgumentParser) -> None:
    """``--no-stress``."""
    parser.add_argument("--no-stress", action="store_true", help="leave out the random races on several CPUs")
