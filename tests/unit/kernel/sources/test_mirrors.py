# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

from harness.kernel.sources.mirrors import Mirrors, mirrors


def test_a_host_without_sources_takes_the_official_mirrors(tmp_path: Path) -> None:
    assert mirrors(tmp_path) == Mirrors("http://deb.debian.org/debian", "http://deb.debian.org/debian-security")


def test_one_line_and_deb822_sources_are_read_and_comments_are_not(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(
        "# deb http://old.example/debian bookworm main\ndeb [arch=amd64] https://near.example/debian/ bookworm main\n"
    )
    (tmp_path / "sources.list.d" / "security.sources").write_text(
        "Types: deb\nURIs: http://safe.example/debian-security\nSuites: bookworm-security\n"
    )
    assert mirrors(tmp_path) == Mirrors("https://near.example/debian", "http://safe.example/debian-security")


def test_mirrors_of_other_systems_are_no_mirrors_of_debian(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://archive.ubuntu.com/ubuntu noble main\n")
    assert mirrors(tmp_path) == Mirrors()
