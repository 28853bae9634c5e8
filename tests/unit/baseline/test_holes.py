# SPDX-License-Identifier: GPL-2.0-only
"""The baseline's program on the host, and what is made of its words."""

import json
import subprocess
from pathlib import Path

import pytest

from harness.baseline.holes import PAGES, SOURCES, Holes
from harness.image.racer import build_racer


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_CACHE", str(cache))
        return build_racer(SOURCES)


def told(program: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=False)


def test_on_a_sound_kernel_nothing_is_lost_and_the_file_is_gone(program: Path, tmp_path: Path) -> None:
    done = told(program, tmp_path / "file", "8", "3", "5")
    row = json.loads(done.stdout)
    assert done.returncode == 0
    assert row.pop("seconds") > 0
    assert row == {"rounds": 5, "pages": 8, "threads": 3, "lost": 0, "differ": 0, "sigbus": 0}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [(), ("file", "8", "3"), ("file", "0", "3", "5"), ("file", "8", "17", "5")])
def test_words_that_cannot_be_are_refused(program: Path, words: tuple[str, ...]) -> None:
    assert told(program, *words).returncode == 2


def test_a_file_that_cannot_be_made_is_no_result(program: Path, tmp_path: Path) -> None:
    done = told(program, tmp_path / "no" / "file", "8", "3", "5")
    assert (done.returncode, done.stdout) == (3, "")


def test_whatever_shows_is_a_find() -> None:
    quiet = Holes(10, PAGES, 4, seconds=1.0)
    assert not quiet.found
    assert Holes(10, PAGES, 4, differ=1).found
    assert Holes(10, PAGES, 4, splats=("WARNING in x",)).found
    assert Holes(10, PAGES, 4, died="panic").found
