# SPDX-License-Identifier: GPL-2.0-only
"""Builds kernels of lab.yaml, those of the experiment unless others are named, and prints key and folder of each."""

import argparse

from harness.errors import ExitStatus

NAME = "build"
HELP = "build kernels, print their keys and folders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help="a key of `kernels` in lab.yaml")
    parser.add_argument("--all", action="store_true", help="all kernels of lab.yaml")
    parser.add_argument(
        "--unit", action="append", default=[], metavar="FILE", help="a source file that gets debug lines"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the commands that a build runs")


def run(args: argparse.Namespace) -> int:
    """Prints `name  key  folder`, a line a kernel."""
    from harness import host
    from harness.config.loader import load_lab
    from harness.deadline import Deadline
    from harness.kernel import spec

    lab = load_lab(args.config)
    names = _names(args, list(lab.kernels), (lab.experiment.without, lab.experiment.with_))
    host.ensure(args.no_install, ("build",))
    units, deadline = {*lab.experiment.points.units, *args.unit}, Deadline()
    for name in names:
        if args.dry_run:
            _print_lines(spec.request(name, lab.kernels[name], units, deadline))
            continue
        kernel = spec.kernel(name, lab.kernels[name], units, deadline)
        print(f"{name}  {kernel.key}  {kernel.folder}", flush=True)
    return ExitStatus.AS_EXPECTED


def _names(args: argparse.Namespace, known: list[str], pair: tuple[str, str]) -> list[str]:
    from harness import words
    from harness.config.loader import check_kernel

    if args.kernels:
        words.refuse(args, "does not go with names of kernels: give the one or the other", "all")
    for name in args.kernels:
        check_kernel(args.config, name, known)
    return args.kernels or (known if args.all else list(pair))


def _print_lines(request: object) -> None:
    import shlex

    from harness.kernel.build import BuildRequest, make_lines

    assert isinstance(request, BuildRequest)
    print(f"# {request.name}: {request.source.folder}, {len(request.patches)} patches")
    for line in make_lines(request):
        print(shlex.join(line))
