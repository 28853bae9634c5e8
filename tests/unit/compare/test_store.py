# SPDX-License-Identifier: GPL-2.0-only
import json
from pathlib import Path

import pytest

from harness.compare.store import FILE, dump, load
from harness.errors import BadInput
from tests.unit.compare.test_text import comparison


def test_a_comparison_comes_back_as_it_was(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(dump(comparison()), encoding="utf-8")
    assert load(tmp_path / FILE) == comparison()


def test_its_answer_and_status_stand_in_front() -> None:
    plain = json.loads(dump(comparison()))
    assert list(plain)[:2] == ["answer", "status"]
    assert (plain["answer"], plain["status"]) == ("regressed", 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("{", "damaged"), ("[]", "damaged"), ('{"schema": 1}', "damaged"), ('{"schema": 99}', "has schema 99")],
)
def test_a_damaged_one_or_one_of_another_lab_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(BadInput, match=sentence):
        load(tmp_path / FILE)


def test_a_folder_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder of a comparison"):
        load(tmp_path / FILE)
