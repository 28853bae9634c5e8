# SPDX-License-Identifier: GPL-2.0-only
"""An interleaving as text in columns, for a terminal (100), a mail (72) or a commit message."""

import textwrap

from harness.report.harmless import harmless
from harness.report.interleaving import Interleaving, Row

GAP = 2
NARROW = 40  # columns below which calls are indented by one blank instead of two
MIN_TEXT = 20  # columns of text that indentation always leaves


def text(diagram: Interleaving, width: int = 100) -> str:
    """The diagram in at most ``width`` columns, 2 to 4 actors side by side, plain ASCII, no trailing blanks."""
    count = len(diagram.headings)
    column = (width - GAP * (count - 1)) // count
    least = min((row.depth for row in diagram.rows if row.kind == "enter"), default=0)
    lines = [_line([(number, _fit(f"{'ABCD'[number]}: {name}", column))
                    for number, name in enumerate(diagram.headings)], column)]  # fmt: skip
    lines.append("")
    for row in diagram.rows:
        lines += [_line([(row.actor, part)], column) for part in _cell(row, least, column)]
    return "\n".join(lines)


def _line(cells: list[tuple[int, str]], column: int) -> str:
    line = ""
    for number, content in cells:
        line = line.ljust(number * (column + GAP)) + content
    return line.rstrip()


def _fit(content: str, column: int) -> str:
    content = harmless(content)
    return content if len(content) <= column else content[: column - 3] + "..."


def _cell(row: Row, least: int, column: int) -> list[str]:
    """One row as one or two lines; the source line goes behind the text where it fits, else below it."""
    indent = " " * min(max(0, row.depth - least) * (1 if column < NARROW else 2), max(0, column - MIN_TEXT))
    notes = _note(row)
    both = f"{indent}{row.text}  {notes}"
    if notes and len(both) <= column:
        return [harmless(both)]
    lines = textwrap.wrap(
        harmless(row.text), column, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )
    if row.source:
        lines.append(_fit(f"{indent}  {row.source}", column))
    return lines


def _note(row: Row) -> str:
    if row.kind == "enter" and row.frame:
        return f"{row.frame.file.rsplit('/', 1)[-1]}:{row.frame.line}"
    return row.source
