# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.kernel.patches.local import patches
from harness.kernel.patches.mail import base_commit
from tests.fakes.kernel import GOOD_PATCH


def message(subject: str, body: str = GOOD_PATCH, more: str = "") -> str:
    head = f"From nobody Mon Sep 17 00:00:00 2001\nFrom: n <n@example.org>\nSubject: {subject}\n{more}\n"
    return f"{head}Why it is so.\n---\n{body}\n"


def mbox(folder: Path, *messages: str) -> Path:
    path = folder / "thread.mbox"
    path.write_text("".join(messages))
    return path


def titles(found: tuple[Path, ...]) -> list[str]:
    return [path.name for path in found]


THREAD = (
    message("[PATCH v2 0/2] cover", "no diff\n"),
    message("[PATCH v2 2/2] dax: second"),
    message("Re: [PATCH v2 2/2] dax: second", f"> {GOOD_PATCH}"),
    message("[PATCH v2 1/2] dax:\n first, a long subject"),
    message("[PATCH 1/1] dax: old"),
)


def test_the_newest_version_is_taken_in_order(tmp_path: Path) -> None:
    found = patches(mbox(tmp_path, *THREAD))
    assert titles(found) == ["0001-dax-first-a-long-subject.patch", "0002-dax-second.patch"]
    assert GOOD_PATCH.splitlines()[-2] in found[0].read_text()


def test_an_older_version_can_be_asked_for(tmp_path: Path) -> None:
    assert titles(patches(mbox(tmp_path, *THREAD), "v1")) == ["0001-dax-old.patch"]
    with pytest.raises(BadInput, match="there is no v3 in it; there is v1, v2"):
        patches(mbox(tmp_path, *THREAD), "v3")


def test_a_patch_that_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="v2 lacks patch 1/2: save the whole thread"):
        patches(mbox(tmp_path, *THREAD[:2]))


def test_quoted_printable_is_decoded(tmp_path: Path) -> None:
    more = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n"
    found = patches(mbox(tmp_path, message("[PATCH] dax: x", GOOD_PATCH.replace("=", "=3D"), more)))
    assert "@@ -4,5 +4,5 @@" in found[0].read_text() and "=3D" not in found[0].read_text()


def test_mail_without_a_patch_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no patch is in it"):
        patches(mbox(tmp_path, message("hello", "no diff\n")))


def test_a_folder_is_its_patches_by_name_without_the_cover_letter(tmp_path: Path) -> None:
    for name in ("0002-b.patch", "0001-a.patch", "0000-cover-letter.patch", "notes.txt"):
        (tmp_path / name).write_text(GOOD_PATCH)
    assert titles(patches(tmp_path)) == ["0001-a.patch", "0002-b.patch"]


def test_a_folder_or_file_without_a_patch_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no patch"):
        patches(tmp_path)
    (tmp_path / "x.patch").write_text("nothing\n")
    with pytest.raises(BadInput, match=r"x\.patch: no patch: no `--- a/FILE`"):
        patches(tmp_path / "x.patch")


def test_the_base_is_what_format_patch_wrote() -> None:
    assert base_commit(["x\n", "---\nbase-commit: " + "ab" * 20 + "\n"]) == "ab" * 20
    assert base_commit(["base-commit: none of the kind\n"]) == ""
