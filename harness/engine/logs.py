# SPDX-License-Identifier: GPL-2.0-only
"""What the guests' kernel logs hold, by kernel, mode and scenario."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from harness.collect import dmesg
from harness.collect.dmesg import Finding
from harness.collect.known_issues import load_known_issues, mark
from harness.engine.subject import Subject
from harness.engine.sweeps import Swept
from harness.points.decoder import Decoder
from harness.points.point import Frame
from harness.results.run import GuestFinding, Mode

Decode = Callable[[str, int], Frame | None]
StressLog = tuple[Subject, dict[str, list[str]]]  # log lines by scenario


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


def all_findings(swept: Sequence[Swept], stress_logs: Sequence[StressLog]) -> list[GuestFinding]:
    """Those of every guest of a run, decoded by its kernel, known issues marked."""
    found: list[GuestFinding] = []
    for each in swept:
        found += each.findings
        with Decoder(each.subject.kernel.vmlinux) as decode:
            found += guest_findings(each.subject.name, "sweep", each.logs, decode)
    for subject_, lines in stress_logs:
        with Decoder(subject_.kernel.vmlinux) as decode:
            found += guest_findings(subject_.name, "stress", lines.items(), decode)
    raced = [subject_ for subject_, _lines in stress_logs]
    return _known(found, {each.name: each.kernel.release for each in [*(one.subject for one in swept), *raced]})


def _known(found: list[GuestFinding], releases: dict[str, str]) -> list[GuestFinding]:
    issues = load_known_issues()
    today = datetime.datetime.now(datetime.UTC).date()
    marked = [mark([each.finding], issues, releases.get(each.kernel, ""), today).findings[0] for each in found]
    return [replace(each, finding=finding) for each, finding in zip(found, marked, strict=True)]
