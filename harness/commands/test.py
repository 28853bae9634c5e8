# SPDX-License-Identifier: GPL-2.0-only
"""Runs the tests. Words that are not listed here go to pytest: `lab test -k loader -x`.

Exits with 0 if all passed, 1 if one failed, 2 for a wrong command line, 3 if pytest itself broke.
"""

import argparse
import os
import signal
import subprocess
import sys

from harness.errors import ExitStatus

NAME = "test"
HELP = "run the tests (--fast: without kernels and guests)"
PASSES_ON = True
# https://docs.pytest.org/en/stable/reference/exit-codes.html; 5 is "no tests collected": a wrong -k
STATUSES = {
    0: ExitStatus.AS_EXPECTED,
    1: ExitStatus.KERNEL_FAILED,
    2: ExitStatus.INTERRUPTED,
    4: ExitStatus.BAD_INPUT,
    5: ExitStatus.BAD_INPUT,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--fast", action="store_true", help="only what needs no kernel build and no guest")
    parser.epilog = "Everything else is handed to pytest."


def run(args: argparse.Namespace) -> int:
    """Runs pytest in a child process; its closing line stays the last one."""
    from harness import host

    host.ensure(args.no_install, ("build", "image", "guest"))
    return STATUSES.get(wait_for(pytest_argv(args)), ExitStatus.LAB_BROKE)


def wait_for(argv: list[str]) -> int:
    """Runs a program that shares the terminal and returns its status.

    Ctrl-C is the program's alone: it gets the time to take down its guests and to say what it was doing.
    """
    with subprocess.Popen(argv) as child:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return child.wait()
        except SystemExit:  # SIGTERM to us
            child.terminate()
            raise
        finally:
            signal.signal(signal.SIGINT, before)


def pytest_argv(args: argparse.Namespace) -> list[str]:
    """The command line of pytest; paths in it are relative to the user's folder."""
    from harness import folders

    settings = folders.PROJECT / "pyproject.toml"
    argv = [sys.executable, "-m", "pytest", f"--rootdir={folders.PROJECT}", "-c", str(settings)]
    argv += ["-m", "not vm"] if args.fast else []
    argv += ["-q"] if args.quiet else ["-v"] if args.verbose else []
    if _names_tests(args.rest):
        return [*argv, *args.rest]
    # Guests take all cores by themselves; a debugger needs the terminal for itself.
    parallel = args.fast and not any(word.startswith(("-n", "--pdb", "-s", "--trace")) for word in args.rest)
    argv += ["-n", "auto", "--dist", "loadfile"] if parallel else []
    return [*argv, *args.rest, str(folders.PROJECT / "tests")]


def _names_tests(rest: list[str]) -> bool:
    return any(os.path.exists(word.split("::")[0]) for word in rest if not word.startswith("-"))  # noqa: PTH110
