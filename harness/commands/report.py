# SPDX-License-Identifier: GPL-2.0-only
"""Shows a finished run again: as text, as one HTML file, as Markdown or as mail, on stdout or in a file; or serves all
runs to a browser on this machine until it is interrupted.

Exits with the run's own status, so that a script can ask for it again. docs/report.md.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import BadInput, ExitStatus

if TYPE_CHECKING:
    from harness.results.folder import RunFolder
    from harness.results.run import Run

NAME = "report"
HELP = "show a finished run as text, HTML, Markdown, mail or JSON, or serve all runs"
PORT = 8616


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("run", nargs="?", default="last", metavar="RUN", help="number or folder of a run (the last)")
    form = parser.add_mutually_exclusive_group()
    for name, what in (
        ("text", "as on the terminal (the default)"),
        ("html", "one self-contained file"),
        ("markdown", "for a merge request"),
        ("mail", "72 columns, for a mailing list"),
        ("json", "verdict.json"),
    ):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, default="text", help=what)
    form.add_argument("--serve", dest="form", action="store_const", const="serve",
                      help="list all runs at http://127.0.0.1:PORT/ and compare two of them by clicking")  # fmt: skip
    parser.add_argument("--port", type=int, metavar="PORT", help=f"with --serve: the port ({PORT}; 0: a free one)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to FILE instead of stdout")


def run(args: argparse.Namespace) -> int:
    """Prints the report or writes it to the file; the status is that of the run's verdict."""
    from harness.results.files import write_whole
    from harness.results.folder import RunFolder

    if args.form == "serve":
        return _serve(args)
    if args.port is not None:
        raise BadInput("--port means something with --serve alone")
    folder = RunFolder.open(args.run)
    saved = folder.load()
    text = _of_pairs(folder, saved, args.form) or render(saved, args.form, 100, folder.path / "dmesg")
    if args.output is None:
        print(text, end="")
    elif not args.output.absolute().parent.is_dir():
        raise BadInput(f"{args.output}: there is no such folder to write to; make it first")
    else:
        write_whole(args.output, text)
    return saved.verdict.status if saved.verdict else ExitStatus.INCONCLUSIVE


def _serve(args: argparse.Namespace) -> int:
    """Serves until it is interrupted, which is how it ends well. Raises BadInput for a port that cannot be had."""
    from harness import folders
    from harness.report.server import Server

    if args.output or args.run != "last":
        raise BadInput("--serve shows all runs, and to a browser: leave out RUN and --output")
    port = PORT if args.port is None else args.port
    try:
        server = Server(folders.runs(), port)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "ports are 0 to 65535"
        raise BadInput(f"--port {port}: {why}; choose another, 0 takes a free one") from None
    with server:
        print(f"{server.url} (Ctrl-C ends it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return ExitStatus.AS_EXPECTED


def render(saved: "Run", form: str, width: int, logs: Path | None = None) -> str:
    """One form of the report; ``logs`` is the run's folder of kernel logs. Only what that form needs is imported."""
    if form == "html":
        from harness.report.html import render_html
        from harness.report.logs import excerpts

        return render_html(saved, logs=excerpts(logs) if logs else None)
    if form == "markdown":
        from harness.report.markdown import render_markdown

        return render_markdown(saved)
    if form == "mail":
        from harness.report.mail import render_mail

        return render_mail(saved)
    return _json(saved) if form == "json" else _text(saved, width)


def _of_pairs(folder: "RunFolder", saved: "Run", form: str) -> str:
    """Text and JSON of a run of all pairs; "" for other runs and forms."""
    from harness.engine.pairs import FILE, load_filing
    from harness.report.pairs import render_pairs

    filing = load_filing(folder) if form in ("text", "json") else None
    if filing is None or saved.verdict is None:
        return ""
    return (folder.path / FILE).read_text() if form == "json" else render_pairs(filing, saved.verdict, saved.reproduce)


def _json(saved: "Run") -> str:
    from harness.results.store import dump_verdict

    if not saved.verdict:
        raise BadInput(f"run {saved.number} has no verdict: it was not finished")
    return dump_verdict(saved.verdict)


def _text(saved: "Run", width: int) -> str:
    from harness.report.terminal import render_terminal

    return render_terminal(saved, width)
