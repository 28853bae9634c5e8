# SPDX-License-Identifier: GPL-2.0-only
"""From cuts to crash images."""

from pathlib import Path

from harness.powercut.cases import cases
from tests.fakes.media import cut, flush, moment, template


def test_moments_that_leave_the_same_medium_share_an_image_and_keep_their_claims(tmp_path: Path) -> None:
    found = cases([cut(moment("early", returned=()), moment("late"))], template(tmp_path), 1)
    assert len(found) == 1
    assert [(each.moment.name, each.promised) for each in found[0].claims] == [("early", False), ("late", True)]
    assert (found[0].file, found[0].offsets) == ("file0", (64,))


def test_pending_lines_make_images_of_their_own(tmp_path: Path) -> None:
    found = cases([cut(moment(pending=(flush(1, 0, b"x"), flush(2, 64, b"y"))))], template(tmp_path), 1)
    media = {bytes(case.pages[0][at] for at in (0, 64)) if case.pages else b"" for case in found}
    assert media == {b"", b"xy", b"x\0", b"ty"}
    assert sum(len(case.claims) for case in found) == 7
    assert len(found) == 4


def test_the_same_seed_makes_the_same_images(tmp_path: Path) -> None:
    pending = tuple(flush(number, 64 * number, b"x") for number in range(1, 30))
    one, other = (cases([cut(moment(pending=pending))], template(tmp_path), 5) for _ in range(2))
    assert [case.pages for case in one] == [case.pages for case in other]
    assert [case.pages for case in one] != [
        case.pages for case in cases([cut(moment(pending=pending))], template(tmp_path), 6)
    ]


def test_a_case_becomes_a_suspect_of_its_image(tmp_path: Path) -> None:
    (case,) = cases([cut(moment())], template(tmp_path), 1)
    suspect = case.suspect(tmp_path / "image", 9)
    assert (suspect.image, suspect.stamp, suspect.file, suspect.offsets) == (tmp_path / "image", 9, "file0", (64,))
