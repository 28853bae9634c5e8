# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness import folders


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("LAB_CACHE", "LAB_RUNS", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/someone")
    return monkeypatch


def test_the_cache_follows_the_xdg_rules(environment: pytest.MonkeyPatch) -> None:
    assert folders.cache() == Path("/home/someone/.cache/dax-lab")
    environment.setenv("XDG_CACHE_HOME", "")
    assert folders.cache() == Path("/home/someone/.cache/dax-lab")
    environment.setenv("XDG_CACHE_HOME", "/big/cache")
    assert folders.cache() == Path("/big/cache/dax-lab")
    environment.setenv("LAB_CACHE", "/mine")
    assert folders.cache() == Path("/mine")


def test_runs_are_in_the_project_unless_told_otherwise(environment: pytest.MonkeyPatch) -> None:
    assert folders.runs() == folders.PROJECT / "runs"
    environment.setenv("LAB_RUNS", "/elsewhere")
    assert folders.runs() == Path("/elsewhere")


def test_the_project_is_where_lab_is() -> None:
    assert (folders.PROJECT / "lab").is_file()
