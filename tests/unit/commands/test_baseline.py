# SPDX-License-Identifier: GPL-2.0-only
"""`lab baseline` as typed."""

import pytest

from harness.cli import main


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--kernel", "no-such"], "there is no `no-such`"),
        (["--mutant", "no-such"], "no mutant is called `no-such`"),
        (["--scenario", "no-such"], "no scenario is called `no-such`"),
        (["--threads", "1"], "--threads: 1 cannot be, take 2 to 16"),
        (["--rounds", "0"], "--rounds: 0 cannot be"),
        (["--budget", "soon"], "--budget"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_status_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["baseline", *words]) == 2
    assert sentence in capsys.readouterr().err
