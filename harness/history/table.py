# SPDX-License-Identifier: GPL-2.0-only
"""The history as text and as JSON values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from textwrap import wrap
from typing import Any

from harness.history.store import Recorded
from harness.progress import duration
from harness.report.harmless import harmless

HEAD = ("run", "id", "started (UTC)", "took", "word", "kernels", "scenarios")
WIDTH = 100
CELL = ("scenario", "kernel", "outcome", "failing", "kinds")


def render_list(runs: Sequence[Recorded]) -> str:
    """A line a run."""
    table = _table(HEAD, [_line(run) for run in runs])
    return table + "* imported\n" * any(run.imported for run in runs)


def render_one(run: Recorded) -> str:
    """One run: what it was, its verdict, its kernels, every cell."""
    came = [f"imported from {run.imported}"] if run.imported else []
    head = [f"run {run.number}, {run.short}, {_when(run)}, {duration(run.seconds)}", *came]
    kernels = [f"  {kernel['side']:8} {_kernel(kernel)}" for kernel in run.kernels]
    cells = _table(CELL, [_cell(cell) for cell in run.cells])
    sentence = wrap(harmless(run.sentence), WIDTH)
    return "\n".join([*head, "", *map(harmless, kernels), "", cells, *sentence, "", run.reproduce, ""])


def plain(run: Recorded, cells: bool) -> dict[str, Any]:
    """As JSON values; without ``cells`` how many have each word."""
    values = asdict(run)
    return values if cells else {**values, "cells": dict(Counter(cell["word"] for cell in run.cells))}


def _line(run: Recorded) -> tuple[str, ...]:
    names = " / ".join(kernel["name"] for kernel in run.kernels)
    scenarios = len({cell["scenario"] for cell in run.cells})
    return (str(run.number), run.short, _when(run), duration(run.seconds), run.word + " *" * bool(run.imported), names,
            str(scenarios))  # fmt: skip


def _when(run: Recorded) -> str:
    return run.started[:16].replace("T", " ")


def _kernel(kernel: dict[str, Any]) -> str:
    series = f", {kernel['series']} {kernel['version']}" if kernel["series"] else ""
    state = "" if kernel["state"] == "booted" else f", {kernel['state']}"
    release, source = kernel["release"], kernel["source"]
    origin = source if release in source else f"{release}, {source}" if source else release
    return f"{kernel['name']} ({origin}{series}{state}) {kernel['key']}"


def _cell(cell: dict[str, Any]) -> tuple[str, ...]:
    counts = f"c={cell['bound']} {cell['failing']}/{cell['schedules']}" if cell["schedules"] else "not swept"
    return cell["scenario"], cell["kernel"], cell["word"], counts, cell["kinds"]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    padded = ["  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([padded[0], "-" * max(map(len, padded)), *map(harmless, padded[1:]), ""])
