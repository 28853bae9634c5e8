# SPDX-License-Identifier: GPL-2.0-only
"""Machines are data."""

from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.guest import machine


@pytest.mark.parametrize("name", machine.names())
def test_each_machine_file_is_valid_and_has_nvdimms_on(name: str) -> None:
    assert "nvdimm=on" in machine.load(name).options


def test_an_unknown_machine_is_answered_by_those_there_are() -> None:
    with pytest.raises(BadInput, match="choose one of pc, q35"):
        machine.load("../pc")


def test_a_wrong_key_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("title: odd\nmachine: pc\noption: []\n")
    with pytest.raises(BadInput, match=r"odd\.yaml.*\n?.*option"):
        machine.load("odd", tmp_path)
