# SPDX-License-Identifier: GPL-2.0-only
"""What the guests' kernel logs hold, by kernel, mode and scenario."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from harness.collect import dmesg
from harness.collect.dmesg import Finding
from harness.points.point import Frame
from harness.results.run import GuestFinding, Mode

Decode = Callable[[str, int], Frame | None]


def guest_findings(
    kernel: str, mode: Mode, logs: Iterable[tuple[str, Sequence[str]]], decode: Decode | None
) -> list[GuestFinding]:
    """Findings of (scenario, lines of log) pairs."""
    found = []
    for scenario, lines in logs:
        found += [GuestFinding(kernel, mode, each, scenario) for each in _merged("\n".join(lines), decode)]
    return found


def _merged(log: str, decode: Decode | None) -> list[Finding]:
    """Later splats of a scenario are kept by their first line alone: they count for the first with that title."""
    by_title: dict[str, Finding] = {}
    for finding in dmesg.findings(log, decode):
        first = by_title.setdefault(finding.title, finding)
        if first is not finding and not finding.trace:
            by_title[finding.title] = replace(first, count=first.count + finding.count)
        elif first is not finding:
            by_title[f"{finding.title} {finding.signature}"] = finding
    return list(by_title.values())
