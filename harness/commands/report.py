# SPDX-License-Identifier: GPL-2.0-only
"""Shows a finished run again: as text, as one HTML file, as Markdown or as mail, on stdout or in a file.

Exits with the run's own status, so that a script can ask for it again.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import BadInput, ExitStatus

if TYPE_CHECKING:
    from harness.results.folder import RunFolder
    from harness.results.run import Run

NAME = "report"
HELP = "show a finished run as text, HTML, Markdown, mail or JSON"


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
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to FILE instead of stdout")


def run(args: argparse.Namespace) -> int:
    """Prints the report or writes it to the file; the status is that of the run's verdict."""
    from harness.results.files import write_whole
    from harness.results.folder import RunFolder

    folder = RunFolder.open(args.run)
    saved = folder.load()
    text = _of_pairs(folder, saved, args.form) or render(saved, args.form, 100)
    if args.output is None:
        print(text, end="")
    elif not args.output.absolute().parent.is_dir():
        raise BadInput(f"{args.output}: there is no such folder to write to; make it first")
    else:
        write_whole(args.output, text)
    return saved.verdict.status if saved.verdict else ExitStatus.INCONCLUSIVE


def render(saved: "Run", form: str, width: int) -> str:
    """One form of the report. Only what that form needs is imported."""
    if form == "html":
        from harness.report.html import render_html

        return render_html(saved)
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
