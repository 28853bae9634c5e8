# SPDX-License-Identifier: GPL-2.0-only
import datetime
from pathlib import Path

import pytest

from harness.collect.dmesg import Finding
from harness.collect.known_issues import KnownIssue, load_known_issues, mark
from harness.errors import BadInput
from harness.sweep.records import Kind

TODAY = datetime.date(2026, 7, 1)
FOUND = Finding("warning", Kind.WARN, "WARNING in f", "warning:f/g/h", None, ("f+0x1",), ("x",), 3)


def issue(signature: str = "warning:f/g/h", kernels: str = ">=6.1 <6.2", expires: str = "2026-12-31") -> KnownIssue:
    day = datetime.date.fromisoformat(expires)
    return KnownIssue(signature=signature, kernels=kernels, reason="seen upstream", expires=day)


@pytest.mark.parametrize("signature", ["warning:f/g/h", "warning:f/g", "warning:f", "warning:f/"])
def test_a_signature_or_its_beginning_marks_a_finding_and_keeps_its_count(signature: str) -> None:
    found = mark([FOUND], [issue(signature)], "6.1.192", TODAY).findings[0]
    assert (found.known, found.count) == ("seen upstream", 3)


@pytest.mark.parametrize("signature", ["warning:f/g/x", "warning:f/gg", "warning:ff", "oops:f/g/h"])
def test_another_signature_marks_nothing(signature: str) -> None:
    assert mark([FOUND], [issue(signature)], "6.1.192", TODAY).findings == (FOUND,)


@pytest.mark.parametrize(
    ("kernels", "release", "inside"),
    [
        (">=6.1 <6.2", "6.1.192", True),
        (">=6.1 <6.2", "6.2.0", False),
        (">=6.1 <6.2", "6.12.48", False),
        ("<=6.1", "6.1.192", True),
        (">6.1", "6.1.192", False),
        (">6.1", "6.2.0-rc1", True),
        ("==4.6", "4.6.0", True),
        ("==4.6", "4.60.0", False),
        ("<6.1.100", "6.1.99-dirty", True),
        ("<6.1.100", "6.1", True),
        (">=6.1", "next", False),
    ],
)
def test_ranges_compare_numbers_and_as_many_as_the_bound_has(kernels: str, release: str, inside: bool) -> None:
    assert issue(kernels=kernels).holds_for(release) is inside


def test_an_expired_issue_marks_nothing_and_is_told() -> None:
    old = issue(expires="2026-06-30")
    result = mark([FOUND], [old], "6.1.192", TODAY)
    assert result.findings == (FOUND,)
    assert result.expired == (old,)


def test_the_last_day_still_counts() -> None:
    assert not issue(expires="2026-07-01").expired(TODAY)


def test_the_project_s_own_file_is_valid() -> None:
    assert isinstance(load_known_issues(), tuple)


GOOD = {"signature": "warning:f", "kernels": "'>=6.1'", "reason": "x", "expires": "2027-01-01"}


def written(folder: Path, **changes: str) -> Path:
    fields = {**GOOD, **changes}
    path = folder / "known.yaml"
    rows = [f"    {key}: {value}" for key, value in fields.items() if value]
    path.write_text("issues:\n  -\n" + "\n".join(rows) + "\n")
    return path


def test_an_entry_is_read(tmp_path: Path) -> None:
    assert load_known_issues(written(tmp_path))[0].expires == datetime.date(2027, 1, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kernels": "'6.1'"}, r"known\.yaml:4: issues\.0\.kernels: `6\.1` is no bound of kernel releases: write"),
        ({"kernels": "''"}, r"known\.yaml:4: issues\.0\.kernels: `` is no bound"),
        ({"expires": "soon"}, r"known\.yaml:6: issues\.0\.expires: "),
        ({"reason": ""}, r"known\.yaml:\d+: issues\.0\.reason: missing"),
        ({"signature": "f"}, r"known\.yaml:3: issues\.0\.signature: "),
        ({"until": "2027-01-01"}, r"known\.yaml:7: issues\.0\.until: unknown key"),
    ],
)
def test_a_bad_entry_names_file_line_and_key(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load_known_issues(written(tmp_path, **changes))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.yaml: no such file"):
        load_known_issues(tmp_path / "none.yaml")
