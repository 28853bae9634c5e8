# SPDX-License-Identifier: GPL-2.0-only
"""Findings in a kernel log: splats told apart, decoded, and counted by their call traces."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from harness.collect.block import Block, blocks
from harness.collect.console import kernel_lines
from harness.collect.detector import Detector, Signatures, detectors
from harness.collect.trace import Call, calls
from harness.points.point import Frame
from harness.sweep.records import Kind

SIGNIFICANT = 5  # function names in a signature, as netdev's NIPA takes them
VARYING = re.compile(r"\b0x[0-9a-f]+\b|\b[0-9a-f]{8,}\b|\b\d+(?=s?\b)")

Decode = Callable[[str, int], Frame | None]


@dataclass(frozen=True)
class Finding:
    """One kind of splat in one log.

    ``signature`` is the detector's name and the trace's first five functions; ``lines`` are those of the first
    occurrence, ``count`` counts all; ``known`` is the reason why it is expected, "" where it is not.
    """

    detector: str
    kind: Kind
    title: str
    signature: str
    where: Frame | None
    trace: tuple[str, ...]
    lines: tuple[str, ...]
    count: int
    known: str = ""


def findings(log: str, decode: Decode | None = None, signatures: Sequence[Detector] | None = None) -> list[Finding]:
    """What the kernel complained of, in the order of the log, equal ones as one.

    ``decode`` gives the source frame of a function of vmlinux and an offset. Takes linear time for any input.
    """
    known = Signatures(detectors() if signatures is None else signatures)
    return counted(_finding(block, decode) for block in blocks(kernel_lines(log), known))


def counted(found: Iterable[Finding]) -> list[Finding]:
    """One finding a signature and source line, counts added: also of several logs.

    Two WARNs in one function have one signature, which must hold on other kernels, but are two findings.
    """
    first: dict[tuple[str, Frame | None], Finding] = {}
    counts: Counter[tuple[str, Frame | None]] = Counter()
    for finding in found:
        key = finding.signature, finding.where
        first.setdefault(key, finding)
        counts[key] += finding.count
    return [replace(finding, count=counts[key]) for key, finding in first.items()]


def _finding(block: Block, decode: Decode | None) -> Finding:
    trace = calls([line.body for line in block.lines], interrupts=block.detector.interrupts)
    title = _title(block, trace)
    return Finding(
        detector=block.detector.name,
        kind=block.detector.kind,
        title=title,
        signature=_signature(block.detector.name, trace, title),
        where=_where(block, trace, decode),
        trace=tuple(_described(call, decode) for call in trace),
        lines=tuple(line.text for line in block.lines),
        count=1,
    )


def _signature(name: str, trace: Sequence[Call], title: str) -> str:
    if trace:
        return f"{name}:" + "/".join(call.name for call in trace[:SIGNIFICANT])
    return f"{name}:{VARYING.sub('N', title)}"


def _title(block: Block, trace: Sequence[Call]) -> str:
    given = {key: value for key, value in block.match.groupdict().items() if value}
    values = {"function": trace[0].name if trace else "?", "file": "?", "line": "?", "what": "?"} | given
    title = block.detector.title.format_map(values).strip()
    return f"{title}: {block.message}" if block.message else title


def _where(block: Block, trace: Sequence[Call], decode: Decode | None) -> Frame | None:
    """The line that the kernel itself names, else that of the innermost function."""
    given = {key: value for key, value in block.match.groupdict().items() if value}
    function = given.get("function") or (trace[0].name if trace else "")
    if "file" in given and "line" in given:
        return Frame(function, given["file"].removeprefix("./"), int(given["line"]))
    frame = _frame(trace[0], decode) if trace else None
    return frame or (Frame(function, "", 0) if function else None)


def _frame(call: Call, decode: Decode | None) -> Frame | None:
    # A caller's offset is where it returns to, which may be on the next line or in another function.
    return decode(call.function, call.offset - (not call.exact)) if decode and not call.module else None


def _described(call: Call, decode: Decode | None) -> str:
    frame = _frame(call, decode)
    if frame is None or not frame.file:
        return str(call)
    inlined = f" {frame.function}" if frame.function != call.name else ""
    return f"{call} ({frame.file}:{frame.line}{inlined})"
