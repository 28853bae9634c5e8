# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.kernel import fragments


def _fragment(tmp_path: Path, text: str, name: str = "one.config") -> Path:
    (tmp_path / name).write_text(text)
    return tmp_path / name


@pytest.mark.parametrize(
    ("mark", "release", "kept"),
    [
        ("since 6.9", "6.1.192", False),
        ("since 6.9", "6.12.3", True),
        ("since 6.9", "6.9.0", True),
        ("until 6.8", "6.12.3", False),
        ("until 6.8", "6.1.192", True),
        ("until 6.1", "6.1.192", True),
        ("since 4.14 until 6.16", "4.10.17", False),
        ("since 4.14 until 6.16", "4.14.74", True),
        ("since 4.14 until 6.16", "6.17.1", False),
        ("where known", "4.4.155", True),
    ],
)
def test_a_mark_keeps_an_option_for_some_releases(tmp_path: Path, mark: str, release: str, kept: bool) -> None:
    path = _fragment(tmp_path, f"CONFIG_A=y #: {mark}\n# CONFIG_B is not set #: {mark}\n")
    assert [(o.name, o.value) for o in fragments.read([path], release)] == ([("A", "y"), ("B", "n")] if kept else [])


def test_the_last_fragment_has_the_word_and_the_place(tmp_path: Path) -> None:
    one = _fragment(tmp_path, "# why\nCONFIG_A=y\nCONFIG_B=8\n")
    two = _fragment(tmp_path, "\n\n# CONFIG_A is not set\n", "two.config")
    options = {option.name: option for option in fragments.read([one, two], "6.1.1")}
    assert options["A"].text == "# CONFIG_A is not set" and options["A"].place == "two.config:3"
    assert options["B"].text == "CONFIG_B=8" and options["B"].place == "one.config:3"


@pytest.mark.parametrize(
    "line", ["DAX=y", "CONFIG_DAX", "# CONFIG_DAX is not", "# since when #: since 6.1", "# when #: where known"]
)
def test_a_line_that_is_no_option_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadInput, match=r"one\.config:2: .* is no option"):
        fragments.read([_fragment(tmp_path, f"\n{line}\n")], "6.1.1")


@pytest.mark.parametrize(("release", "is_for"), [("4.20.1", False), ("5.0.1", True), ("linux-build", True)])
def test_a_mark_on_a_line_of_its_own_is_about_the_whole_file(tmp_path: Path, release: str, is_for: bool) -> None:
    path = _fragment(tmp_path, "#: since 5.0\nCONFIG_A=y\n")
    assert fragments.is_for(path, release) is is_for
    assert [option.name for option in fragments.read([path], release)] == ["A"]


def test_an_unknown_fragment_lists_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"`xsf`.*there are .*xfs"):
        fragments.find("xsf")


def test_debug_variants_are_fragments_that_only_a_word_brings_in() -> None:
    standard = {path.stem for path in fragments.chosen()}
    assert not any(name.startswith("debug-") for name in standard)
    assert {path.stem for path in fragments.chosen(debug=["kasan"])} - standard == {"debug-kasan"}


def test_a_further_file_system_is_a_fragment_that_only_its_guests_bring_in() -> None:
    assert not any(path.stem.startswith("filesystem-") for path in fragments.chosen())
    assert fragments.of_filesystem("xfs") == ("filesystem-xfs",)
    assert fragments.of_filesystem("ext4") == ()
    assert [path.stem for path in fragments.chosen(["filesystem-xfs"])][-1] == "filesystem-xfs"


def test_a_fragment_of_the_users_is_told_from_the_labs_own(tmp_path: Path) -> None:
    assert fragments.are_own(fragments.chosen(["filesystem-xfs"], ["kasan", "lockdep", "atomic-sleep"]))
    assert not fragments.are_own([*fragments.chosen(), _fragment(tmp_path, "CONFIG_JUMP_LABEL=y\n")])


@pytest.mark.parametrize("path", sorted(fragments.FOLDER.glob("*.config")), ids=lambda path: path.stem)
def test_every_fragment_reads_and_says_why(path: Path) -> None:
    assert fragments.read([path], "6.1.192")
    lines = path.read_text().splitlines()
    assert lines[0] == "# SPDX-License-Identifier: GPL-2.0-only"
    assert lines[1].startswith("# ") and not lines[1].startswith("# CONFIG_")


def test_xfs_of_a_new_kernel_brings_no_jump_labels_which_a_build_without_objtool_cannot_have() -> None:
    paths = fragments.chosen(["filesystem-xfs"])
    named = {option.name: option.value for option in fragments.read(paths, "7.3.4")}
    assert (named["XFS_FS"], named["XFS_ONLINE_SCRUB"], named["JUMP_LABEL"]) == ("y", "n", "n")
    assert "JUMP_LABEL" not in {option.name for option in fragments.read(paths, "6.12.118")}, "no other key for it"
