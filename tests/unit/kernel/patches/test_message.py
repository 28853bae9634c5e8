# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.kernel.patches.message import patches
from tests.unit.kernel.patches.test_mail import THREAD

B4 = """\
#!/bin/sh
while [ "$1" != -o ]; do echo "$1" >> "$B4_WORDS"; shift; done
[ -n "$B4_THREAD" ] || { echo "cannot connect to lore.kernel.org" >&2; exit 1; }
cp "$B4_THREAD" "$2/thread.mbx"
"""


@pytest.fixture
def b4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A b4 that hands out a thread; returns the file of the words that it got."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/b4").write_text(B4)
    (tmp_path / "bin/b4").chmod(0o755)
    (tmp_path / "thread").write_text("".join(THREAD))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("B4_WORDS", str(tmp_path / "words"))
    monkeypatch.setenv("B4_THREAD", str(tmp_path / "thread"))
    return tmp_path / "words"


def test_a_thread_is_fetched_by_its_id(b4: Path) -> None:
    found = patches("<2022.1@example.org>", None, Deadline())
    assert [path.name[:5] for path in found] == ["0001-", "0002-"]
    assert "am" in b4.read_text().split()


def test_a_version_is_asked_for(b4: Path) -> None:
    assert len(patches("2022.1@example.org", "v1", Deadline())) == 1
    assert "--use-version\n1\n" in b4.read_text()


def test_without_network_it_is_said_what_to_do(b4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B4_THREAD", "")
    with pytest.raises(LabBroke, match=r"cannot connect to lore.*without network save the thread"):
        patches("2022.1@example.org", None, Deadline())


def test_without_b4_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabBroke, match="b4 is needed to fetch"):
        patches("2022.1@example.org", None, Deadline())


def test_what_is_no_message_id_is_bad_input() -> None:
    with pytest.raises(BadInput, match=r"`0001-x\.patch` is no message id"):
        patches("0001-x.patch", None, Deadline())
