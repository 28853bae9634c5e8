# SPDX-License-Identifier: GPL-2.0-only
"""The command line: finds the verbs in harness/commands/, parses, and turns errors into one line and a status."""

import argparse
import difflib
import errno
import importlib
import os
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, Protocol, cast

from harness import folders, progress
from harness.errors import BadInput, ExitStatus, LabBroke, LabError

COMMANDS = Path(__file__).parent / "commands"
# Debian keeps mkfs where a plain user's PATH does not look.
SYSTEM_FOLDERS = ("/usr/sbin", "/sbin")
STDOUT, STDERR = 1, 2
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)  # of the host, and no bug


class Command(Protocol):
    """What each module of harness/commands/ has. It may also set ``PASSES_ON = True``: then words that it does not
    know are left in ``args.rest`` instead of being refused. With ``TAKES_COMMAND = True`` what stands behind ``--`` is
    left in ``args.behind``, wherever the verb's options stand before it."""

    NAME: str
    HELP: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Tells a wrong command line in one line, as every other error."""

    def error(self, message: str) -> NoReturn:
        """Raises BadInput."""
        raise BadInput(f"{message}; `{self.prog} --help` shows what there is")


def verbs() -> list[str]:
    """Names of the verbs there are, sorted."""
    return sorted(file.stem.replace("_", "-") for file in COMMANDS.glob("*.py") if file.stem != "__init__")


def load(verb: str) -> Command:
    """The module of a verb; bisect-step lives in bisect_step.py."""
    return cast(Command, importlib.import_module(f"harness.commands.{verb.replace('-', '_')}"))


def make_parser(names: Sequence[str]) -> Parser:
    """The parser with the verbs ``names``. Only these are imported: a start must not pay for verbs it does not run."""
    parser = Parser(prog="lab", description="Finds races in the kernel's DAX faults by exploring interleavings.")
    parser.add_argument("--version", action="version", version=f"lab {version()}")
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name in names:
        command = load(name)
        lines = (command.__doc__ or command.HELP).strip()
        sub = subparsers.add_parser(command.NAME, help=command.HELP, description=lines, parents=[common()])
        command.add_arguments(sub)
        sub.set_defaults(command=command)
    return parser


def common() -> Parser:
    """The options that every verb takes."""
    parser = Parser(add_help=False)
    group = parser.add_argument_group("options of every verb")
    default = folders.PROJECT / "lab.yaml"
    group.add_argument("--config", type=Path, metavar="FILE", default=default, help="the experiment (lab.yaml)")
    group.add_argument("--no-install", action="store_true", help="never install packages, name them and stop")
    volume = group.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", action="store_true", help="say nothing but results and errors")
    volume.add_argument("-v", "--verbose", action="store_true", help="say more; errors with where they came from")
    return parser


def version() -> str:
    """The version in pyproject.toml."""
    import tomllib

    with (folders.PROJECT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line; returns the exit status (docs/exit-codes.md) and never raises an Exception."""
    words = list(sys.argv[1:] if argv is None else argv)
    signal.signal(signal.SIGTERM, _terminate)
    _find_system_programs()
    try:
        return _run(words)
    except LabError as error:
        return _status(words, _tell(error, "-v" in words or "--verbose" in words))
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return ExitStatus.INTERRUPTED
    except Exception as error:
        if isinstance(error, BrokenPipeError) and _unread():
            # The reader of stdout (head, less) is gone; without this, Python complains once more when it exits.
            os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)
            return ExitStatus.UNREAD
        if isinstance(error, OSError) and error.errno in UNWRITABLE:
            return _status(words, _tell(LabBroke(_unwritable(error)), "-v" in words or "--verbose" in words))
        traceback.print_exc()
        print(f"lab: a bug of the lab itself: {type(error).__name__}: {error}", file=sys.stderr)
        return _status(words, ExitStatus.LAB_BROKE)


def _unread() -> bool:
    """Whether nobody reads stdout any more (poll(2)): other pipes that break are no reader's doing."""
    stdout = select.poll()
    stdout.register(STDOUT, 0)
    return any(events & select.POLLERR for _descriptor, events in stdout.poll(0))


def _unwritable(error: OSError) -> str:
    where = f": {error.filename2 or error.filename}" if error.filename else ""
    return (
        f"{error.strerror}{where}: the lab writes run folders ({folders.runs()}), its cache ({folders.cache()}, which "
        f"`./lab gc` trims) and temporary files ({tempfile.gettempdir()})"
    )


def _status(words: Sequence[str], status: int) -> int:
    """To `git bisect run` 1 to 124 say that a commit is bad: where the lab failed, 128 and more stop it instead."""
    return 128 + status if list(words[:1]) == ["bisect-step"] else status


def _run(words: list[str]) -> int:
    args = _parse(words)
    progress.set_level(progress.Level(1 + args.verbose - args.quiet))
    status = int(args.command.run(args))
    sys.stdout.flush()  # here, where a reader that has gone is still handled
    return status


def _parse(words: list[str]) -> argparse.Namespace:
    names, verb = verbs(), words[0] if words else ""
    if verb and not verb.startswith("-") and verb not in names:
        near = difflib.get_close_matches(verb, names, n=1)
        raise BadInput(f"no verb is called `{verb}`{f', did you mean `{near[0]}`?' if near else ';'} {_listing(names)}")
    parser = make_parser([verb] if verb in names else names)
    if not words:
        parser.print_help(sys.stderr)
        raise BadInput(f"a verb is missing; {_listing(names)}")
    own, behind = _own_words(words)
    if "" in own or any(word.startswith("--") and word.endswith("=") for word in own):
        raise BadInput(f"`lab {verb}`: an empty word names nothing; leave its option out to have the default")
    args, rest = parser.parse_known_args(own)
    args.rest, args.behind = rest, behind
    if rest and not getattr(args.command, "PASSES_ON", False):
        raise BadInput(f"`lab {verb}` does not know `{rest[0]}`; `lab {verb} --help` shows what there is")
    return args


def _own_words(words: list[str]) -> tuple[list[str], list[str]]:
    """The verb's words, and those behind ``--`` of one that takes a command: argparse would want its options first."""
    if words[0] not in verbs() or not getattr(load(words[0]), "TAKES_COMMAND", False) or "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _listing(names: Sequence[str]) -> str:
    return f"there are {', '.join(names)}"


def _tell(error: LabError, verbose: bool) -> int:
    if verbose:
        traceback.print_exc()
    print(f"lab: {error}", file=sys.stderr)
    return error.status


def _find_system_programs() -> None:
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join([*path, *(folder for folder in SYSTEM_FOLDERS if folder not in path)])


def _terminate(number: int, frame: object) -> NoReturn:
    os.write(STDERR, b"lab: terminated\n")  # whatever is being printed: print() is not reentrant
    # As an exception, so that guests and half-written files are cleaned up on the way out.
    raise SystemExit(128 + number)
