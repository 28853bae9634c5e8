# SPDX-License-Identifier: GPL-2.0-only
"""Cutting a log into blocks: one splat each, from the first line of a signature to its end."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.collect.console import Line
from harness.collect.detector import Detector, Signatures
from harness.collect.trace import BEGIN, trace_goes_on

CUT = "------------[ cut here ]------------"
RULE = re.compile(r"=={10,}$")
LEAD = 5  # lines between "cut here" and the first line: WARN's own message


@dataclass(frozen=True)
class Block:
    """One splat: its lines, and those between "cut here" and its first line."""

    detector: Detector
    match: re.Match[str]
    lines: tuple[Line, ...]
    message: str


def blocks(lines: Sequence[Line], signatures: Signatures) -> Iterator[Block]:
    """The blocks in the order of the log; every line is in one at most."""
    at = floor = 0
    while at < len(lines):
        opened = signatures.opening(lines[at].body)
        if opened is None:
            at += 1
            continue
        detector, match = opened
        begin, message = _lead(lines, at, floor)
        end = _end(lines, at, detector, signatures)
        yield Block(detector, match, tuple(lines[begin:end]), message)
        at = floor = end


def _lead(lines: Sequence[Line], at: int, floor: int) -> tuple[int, str]:
    for back in range(at - 1, max(floor, at - LEAD) - 1, -1):
        body = lines[back].body
        if CUT in body:
            return back, " ".join(line.body.strip() for line in lines[back + 1 : at])
        if RULE.match(body):
            return back, ""
    return at, ""


def _end(lines: Sequence[Line], at: int, detector: Detector, signatures: Signatures) -> int:
    """One behind the block's last line; where its end is not in the log, behind the last line that looks like it."""
    if detector.ends == "line":
        return at + 1
    ends = None if detector.ends == "trace" else re.compile(detector.ends)
    last, begun = at, False
    for index in range(at + 1, min(len(lines), at + detector.longest)):
        body = lines[index].body
        if ends and ends.match(body):
            return index + 1
        if _another(body, detector, signatures):
            break
        if begun and ends is None and ("</TASK>" in body or not trace_goes_on(body)):
            return index + ("</TASK>" in body)
        begun = begun or bool(BEGIN.match(body))
        last = index if trace_goes_on(body) or BEGIN.match(body) else last
    return last + 1


def _another(body: str, detector: Detector, signatures: Signatures) -> bool:
    if detector.inside and re.match(detector.inside, body):
        return False
    return CUT in body or signatures.opening(body) is not None
