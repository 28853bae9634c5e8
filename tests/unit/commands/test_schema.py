# SPDX-License-Identifier: GPL-2.0-only
import json

import pytest

from harness import cli


@pytest.mark.parametrize(
    ("words", "title", "key"),
    [([], "Lab", "kernels"), (["--scenario"], "Scenario", "actors"), (["--series"], "Series", "versions")],
)
def test_stdout_is_the_schema_and_nothing_else(
    words: list[str], title: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["schema", *words]) == 0
    out, err = capsys.readouterr()
    schema = json.loads(out)
    assert (schema["title"], err) == (title, "")
    assert key in schema["properties"]


def test_one_schema_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schema", "--scenario", "--series"]) == 2
    assert "not allowed with" in capsys.readouterr().err
