# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.config.models import DebianSource, GitSource, KernelSpec, MailPatches
from harness.errors import BadInput
from harness.trial.change import change_of

DEBIAN = KernelSpec(source=DebianSource(debian="linux-source-6.1"))
GIT = KernelSpec(source=GitSource(git="https://example.org/linux", ref="v6.1"))


def test_a_file_is_a_patch_on_the_base(tmp_path: Path) -> None:
    (tmp_path / "one.patch").write_text("x")
    change = change_of(str(tmp_path / "one.patch"), DEBIAN)
    assert change.without == DEBIAN and change.with_.patches == (tmp_path / "one.patch",)


def test_a_revert_is_made_on_the_source() -> None:
    change = change_of("revert:abc,def", GIT)
    assert (change.without, change.with_.revert) == (GIT, ("abc", "def"))


def test_a_range_is_its_two_ends() -> None:
    change = change_of("v6.1..topic", GIT)
    assert [each.source.ref for each in (change.without, change.with_) if isinstance(each.source, GitSource)] == [
        "v6.1", "topic",
    ]  # fmt: skip


def test_a_clone_replaces_the_source(tmp_path: Path) -> None:
    change = change_of("revert:abc", DEBIAN, tmp_path)
    assert change.without.source == GitSource(git=str(tmp_path), ref="HEAD")


def test_a_message_id_is_fetched_from_the_list() -> None:
    assert change_of("<2022.1@example.org>", DEBIAN).with_.patches == (MailPatches(message="<2022.1@example.org>"),)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("no-such.patch", "`no-such.patch` is no file, range, revert or message id"),
        ("a..b", "the kernel's source is no git repository: name a clone by --git"),
        ("revert:", "revert: names no commit"),
    ],
)
def test_what_is_no_change_is_told(word: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        change_of(word, DEBIAN)


def test_a_prebuilt_kernel_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a prebuilt kernel cannot be patched"):
        change_of("a..b", KernelSpec(build=tmp_path))
