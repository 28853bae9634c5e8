# SPDX-License-Identifier: GPL-2.0-only
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness import folders
from harness.config.models import KernelSpec
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.image.content import digest
from harness.kernel import debian_root
from harness.kernel.build import VERSION, BuildRequest
from harness.kernel.make import SHORTCUTS
from harness.kernel.sources import SourceTree
from harness.kernel.spec import request_for
from harness.kernel.toolchain import Toolchain, Wish, choose, identity, lacking
from harness.kernel.toolchain_data import rules, toolchains

OF_GCC_12 = Toolchain(
    "gcc -fno-pie -no-pie",
    ("HOSTCFLAGS=-O2 -fcommon", "LD=ld -z max-page-size=0x200000 --no-warn-rwx-segments"),
    old_relocations=True,
)


def _tool(folder: Path, name: str, says: str) -> str:
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)
    return name


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The host's compilers and linkers, first in PATH: Debian 12's gcc and binutils, and others of other ages."""
    _tool(tmp_path, "gcc", "gcc (Debian 12.2.0-14+deb12u1) 12.2.0")
    _tool(tmp_path, "gcc-5", "gcc-5 (Debian 5.4.1-4) 5.4.1 20161202")
    _tool(tmp_path, "gcc-11", "gcc-11 (Debian 11.3.0-12) 11.3.0")
    _tool(tmp_path, "clang", "Debian clang version 14.0.6")
    _tool(tmp_path, "ld.lld", "Debian LLD 14.0.6 (compatible with GNU linkers)")
    _tool(tmp_path, "clang-14", "Debian clang version 14.0.6")
    _tool(tmp_path, "ld", "GNU ld (GNU Binutils for Debian) 2.40")
    _tool(tmp_path, "ld-2.30", "GNU ld (GNU Binutils) 2.30")
    _tool(tmp_path, "ld.lld-14", "Debian LLD 14.0.6 (compatible with GNU linkers)")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    identity.cache_clear()
    return tmp_path


def _request(release: str, keys: dict[str, object]) -> BuildRequest:
    spec = KernelSpec.model_validate({"source": {"debian": "linux-source-6.1"}, **keys})
    return request_for("one", spec, SourceTree(Path("/nowhere"), release, "digest"), (), ())


@pytest.mark.parametrize("release", ["5.6.0", "5.10.262", "6.1.192", "6.12.118", "7.3.4", "linux-build"])
def test_a_kernel_of_today_gets_no_word_of_the_data(release: str) -> None:
    assert choose(release, Wish()) == Toolchain()


def test_the_key_of_a_default_kernel_is_what_it_was_before_there_was_any_data() -> None:
    request = _request("6.1.192", {})
    says = "gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nGNU ld (GNU Binutils for Debian) 2.40"
    texts = [option.text for option in request.options]
    assert request.arguments == SHORTCUTS
    assert request.tree_key == digest(VERSION, "digest", says, "gcc", *SHORTCUTS, *texts)


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("4.6.2", OF_GCC_12),
        ("4.8.15", OF_GCC_12),
        ("4.9.0", Toolchain("gcc", OF_GCC_12.variables, old_relocations=True)),
        ("4.15.18", Toolchain("gcc", OF_GCC_12.variables, old_relocations=True)),
        ("4.16.0", Toolchain("gcc", OF_GCC_12.variables[:1])),
        ("5.5.19", Toolchain("gcc", OF_GCC_12.variables[:1])),
    ],
)
def test_an_old_kernel_gets_the_words_that_its_release_needs(release: str, expected: Toolchain) -> None:
    assert choose(release, Wish()) == expected


def test_all_that_make_is_told_can_be_told_in_turn() -> None:
    assert OF_GCC_12.told == ("CC=gcc -fno-pie -no-pie", *OF_GCC_12.variables)


def test_old_tools_need_none_of_it() -> None:
    assert choose("4.6.2", Wish(cc="gcc-5", ld="ld-2.30")) == Toolchain("gcc-5", ("LD=ld-2.30",))


def test_a_compiler_of_one_word_gets_the_words_and_one_with_flags_stands_as_it_is() -> None:
    assert choose("4.6.2", Wish(cc="clang-14")).cc == "clang-14 -fno-pie -no-pie"
    assert choose("4.6.2", Wish(cc="gcc -O1")).cc == "gcc -O1"


def test_what_lab_yaml_says_stands_in_the_place_of_the_data() -> None:
    chosen = choose("4.6.2", Wish(ld="ld -z max-page-size=0x1000", hostcflags="-O0", make={"KCPPFLAGS": "-DX"}))
    assert chosen.variables == ("HOSTCFLAGS=-O0", "KCPPFLAGS=-DX", "LD=ld -z max-page-size=0x1000")


def test_llvm_brings_its_own_compiler_and_linker() -> None:
    chosen = choose("6.1.192", Wish(make={"LLVM": "-14"}))
    assert (chosen.cc, chosen.variables) == ("clang-14", ("LLVM=-14",))
    assert chosen.identity == "Debian clang version 14.0.6\nDebian LLD 14.0.6 (compatible with GNU linkers)"


@pytest.mark.parametrize("keys", [{"ld": "ld-2.30"}, {"hostcflags": "-O0"}, {"make": {"KCPPFLAGS": "-DX"}}])
def test_each_key_is_part_of_the_kernels_key(keys: dict[str, object]) -> None:
    assert _request("6.1.192", keys).tree_key != _request("6.1.192", {}).tree_key


@pytest.mark.parametrize(("wish", "key"), [(Wish(cc="gcc-99"), "cc"), (Wish(ld="ld.gold-99"), "ld")])
def test_a_tool_that_is_not_there_is_named_with_its_key(wish: Wish, key: str) -> None:
    with pytest.raises(BadInput, match=rf"{key}: `.*-99` does not run: install it or name another"):
        _ = choose("6.1.192", wish).identity


@pytest.mark.parametrize("number", range(len(rules())))
def test_every_rule_says_why_and_names_the_commit_that_mended_it(number: int) -> None:
    rule = rules()[number]
    assert [bool(rule.variable and rule.words), bool(rule.relocations), bool(rule.toolchain)].count(True) == 1
    assert len(rule.why) > 40 and rule.from_
    assert re.match(r'[0-9a-f]{12} \(".*"\).* v\d+\.\d+', rule.mended)


def test_a_toolchain_by_name_is_what_the_data_says() -> None:
    chosen = choose("6.1.192", Wish(toolchain="clang"))
    assert chosen == Toolchain("clang", ("LLVM=1",), name="clang")
    assert chosen.told == ("toolchain clang", "CC=clang", "LLVM=1")
    assert chosen.identity == "Debian clang version 14.0.6\nDebian LLD 14.0.6 (compatible with GNU linkers)"


def test_a_toolchain_of_the_host_by_name_is_the_same_as_its_keys_by_hand() -> None:
    by_name, by_hand = (_request("6.1.192", keys) for keys in ({"toolchain": "gcc-11"}, {"cc": "gcc-11"}))
    assert by_name.tree_key == by_hand.tree_key != _request("6.1.192", {}).tree_key


def test_a_toolchain_by_name_gets_the_words_of_an_old_kernel_and_gives_way_to_lab_yaml() -> None:
    chosen = choose("4.6.2", Wish(toolchain="gcc-11", ld="ld-2.30"))
    assert (chosen.cc, chosen.variables) == ("gcc-11 -fno-pie -no-pie", ("HOSTCFLAGS=-O2 -fcommon", "LD=ld-2.30"))


def test_a_kernel_for_which_the_hosts_compiler_is_too_new_gets_a_debian_releases(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tool(tools, "gcc", "gcc (Debian 15.2.0-4) 15.2.0")
    asked = []

    def obtain(release: str, packages: Sequence[str], _deadline: Deadline) -> Path:
        asked.append((release, tuple(packages)))
        folders.cache().mkdir(exist_ok=True)
        return tools

    monkeypatch.setattr(debian_root, "obtain", obtain)
    monkeypatch.setattr(debian_root, "lacking", lambda: "")
    monkeypatch.setattr(debian_root, "enter", lambda root: ("env", f"ROOT={root}"))
    assert choose("4.6.2", Wish()).name == "debian-12"
    assert asked == [("bookworm", ("gcc", "binutils"))]
    assert [choose(release, wish).name for release, wish in (
        ("5.4.59", Wish()), ("6.1.192", Wish()), ("4.6.2", Wish(cc="gcc-5")), ("4.6.2", Wish(make={"LLVM": "-14"})),
        ("4.6.2", Wish(toolchain="gcc-11")),
    )] == ["", "", "", "", "gcc-11"]  # fmt: skip


def test_a_toolchain_that_has_no_such_name_is_bad_input_with_the_names_there_are() -> None:
    with pytest.raises(BadInput, match=r"toolchain: none is called `gcc-3`: known are clang, gcc-11, .*debian-12"):
        choose("6.1.192", Wish(toolchain="gcc-3"))


def test_a_toolchain_that_is_not_installed_says_what_brings_it(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tools / "ld.lld").unlink()
    monkeypatch.setenv("PATH", str(tools))
    assert lacking("clang") == "`ld.lld` is not installed: `apt-get install clang lld llvm` brings it"
    with pytest.raises(LabBroke, match=r"toolchain clang: `ld\.lld` is not installed"):
        choose("6.1.192", Wish(toolchain="clang"))


@pytest.mark.parametrize("name", toolchains())
def test_every_toolchain_says_why_and_what_brings_it(name: str) -> None:
    entry = toolchains()[name]
    assert entry.why and entry.packages
    assert entry.debian or entry.cc or entry.make
