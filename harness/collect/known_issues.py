# SPDX-License-Identifier: GPL-2.0-only
"""guest-tests/known-issues.yaml: findings that are expected for a while, counted apart and never hidden."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field, ValidationError

from harness import folders
from harness.collect.dmesg import Finding
from harness.config import marked
from harness.config.problems import bad_input
from harness.config.releases import Releases, within
from harness.config.section import Section
from harness.errors import BadInput

FILE = folders.PROJECT / "guest-tests" / "known-issues.yaml"


class KnownIssue(Section):
    """One expected finding.

    ``signature`` is a finding's, or its beginning up to a ``/``. A bound in ``kernels`` compares as many numbers as it
    has: ``<=6.1`` holds for 6.1.192.
    """

    signature: str = Field(min_length=3, pattern=r"^[\w-]+:.+$")
    kernels: Releases
    reason: str = Field(min_length=1)
    expires: datetime.date

    def covers(self, finding: Finding, release: str) -> bool:
        """Whether it is about this finding on a kernel of this release, expired or not."""
        same = finding.signature == self.signature or finding.signature.startswith(self.signature.rstrip("/") + "/")
        return same and self.holds_for(release)

    def holds_for(self, release: str) -> bool:
        """Whether the release (``6.1.192``) is in its range."""
        return within(self.kernels, release)

    def expired(self, today: datetime.date) -> bool:
        """Whether its last day is over."""
        return today > self.expires


class KnownIssues(Section):
    """The file."""

    issues: tuple[KnownIssue, ...] = ()


@dataclass(frozen=True)
class Marked:
    """Findings, ``known`` set where an issue covers them, and the expired issues, to be told at the end of a run."""

    findings: tuple[Finding, ...]
    expired: tuple[KnownIssue, ...]


def load_known_issues(path: Path = FILE) -> tuple[KnownIssue, ...]:
    """The file's entries, expired ones too. Raises BadInput naming file, line and key."""
    document = marked.read(path)
    if not isinstance(document.data, dict):
        raise BadInput(f"{path}:1: must be `issues:` and a list of signature, kernels, reason, expires")
    try:
        return KnownIssues.model_validate(document.data).issues
    except ValidationError as error:
        raise bad_input(document, error) from None


def in_force(today: datetime.date, path: Path = FILE) -> tuple[KnownIssue, ...]:
    """The file's entries that have not expired. Raises BadInput as load_known_issues() does."""
    return tuple(issue for issue in load_known_issues(path) if not issue.expired(today))


def mark(findings: Iterable[Finding], issues: Sequence[KnownIssue], release: str, today: datetime.date) -> Marked:
    """Sets ``known`` to the reason of the first issue in force that covers a finding; an expired one covers nothing."""
    live = [issue for issue in issues if not issue.expired(today)]
    marked_findings = tuple(replace(finding, known=_reason(finding, live, release)) for finding in findings)
    return Marked(marked_findings, tuple(issue for issue in issues if issue.expired(today)))


def _reason(finding: Finding, issues: Sequence[KnownIssue], release: str) -> str:
    return next((issue.reason for issue in issues if issue.covers(finding, release)), "")
