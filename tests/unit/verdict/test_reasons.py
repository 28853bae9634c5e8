# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.verdict.reasons import Reasons
from harness.verdict.verdict import Word


@pytest.mark.parametrize(
    ("reasons", "word"),
    [
        (Reasons(notes=["told"]), Word.PASS),
        (Reasons(missing=["m"]), Word.INCONCLUSIVE),
        (Reasons(missing=["m"], broken=["b"]), Word.BROKEN),
        (Reasons(missing=["m"], broken=["b"], fail=["f"]), Word.FAIL),
    ],
)
def test_evidence_outweighs_a_broken_lab_and_that_what_is_missing(reasons: Reasons, word: Word) -> None:
    assert reasons.word is word


def test_each_reason_is_told_once_and_notes_are_none() -> None:
    assert Reasons(["f"], ["b", "f"], ["m", "m"], ["n"]).all == ("f", "b", "m")
