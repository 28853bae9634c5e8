# SPDX-License-Identifier: GPL-2.0-only
"""The invariants of the dirty-tag check, compiled for the host, and the program that prints them."""

import ctypes
import re
import subprocess
from pathlib import Path

import pytest

GUEST = Path(__file__).parents[2] / "guest-tests"
HEADER = GUEST / "include" / "dirty_tags.h"
FLAGS = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", f"-I{GUEST / 'include'}"]


class Index(ctypes.Structure):
    _fields_ = [
        ("index", ctypes.c_uint64),
        ("pfn", ctypes.c_uint64),
        ("state", ctypes.c_uint32),
        ("order", ctypes.c_uint32),
    ]


class Mapping(ctypes.Structure):
    _fields_ = [
        ("index", ctypes.c_uint64),
        ("address", ctypes.c_uint64),
        ("pfn", ctypes.c_uint64),
        ("state", ctypes.c_uint32),
        ("pid", ctypes.c_int32),
        ("mm", ctypes.c_uint64),
    ]


def constants() -> dict[str, int]:
    """The header's bits and the numbers of its invariants."""
    text = HEADER.read_text()
    bits = {name: 1 << int(bit) for name, bit in re.findall(r"#define (DT_\w+)\s+\(1U << (\d+)\)", text)}
    block = re.search(r"enum dt_invariant \{(.*?)\};", text, re.DOTALL)
    assert block
    return bits | {name: value for value, name in enumerate(re.findall(r"^\s+(DT_\w+),", block[1], re.MULTILINE))}


DT = constants()


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("judge")
    source = folder / "judge.c"
    source.write_text(
        '#include "judge.h"\n'
        "int entry(const struct dt_index *e, __u32 flags) { return dt_judge_entry(e, flags); }\n"
        "int mapping(const struct dt_index *e, const struct dt_mapping *m) { return dt_judge_mapping(e, m); }\n"
    )
    here = f"-I{GUEST / 'modules' / 'dirty-tags'}"
    subprocess.run(["gcc", *FLAGS, here, "-shared", "-fPIC", "-o", folder / "judge.so", source], check=True)
    return ctypes.CDLL(str(folder / "judge.so"))


def state(words: str) -> int:
    """``"DT_PRESENT DT_DIRTY"`` as bits."""
    return sum(DT[word] for word in words.split())


@pytest.mark.parametrize(
    ("entry", "flags", "expected"),
    [
        ("DT_PRESENT", "", "DT_OK"),
        ("DT_PRESENT DT_DIRTY DT_TOWRITE", "", "DT_OK"),
        ("DT_PRESENT DT_LOCKED", "", "DT_LOCKED_AT_REST"),
        ("DT_PRESENT DT_LOCKED", "DT_AT_WORK", "DT_OK"),
        ("DT_PRESENT DT_DIRTY", "DT_SYNCED", "DT_DIRTY_AFTER_SYNC"),
        ("DT_PRESENT DT_TOWRITE", "DT_SYNCED", "DT_DIRTY_AFTER_SYNC"),
        ("DT_PRESENT DT_ZERO DT_DIRTY", "DT_SYNCED", "DT_DIRTY_AFTER_SYNC"),
        ("DT_PRESENT DT_EMPTY", "DT_SYNCED", "DT_OK"),
    ],
)
def test_an_entry_by_itself(judge: ctypes.CDLL, entry: str, flags: str, expected: str) -> None:
    assert judge.entry(ctypes.byref(Index(state=state(entry))), state(flags)) == DT[expected]


SHARED = "DT_PTE_PRESENT DT_VMA_SHARED DT_VMA_WRITE "
PRIVATE = "DT_PTE_PRESENT DT_VMA_WRITE "


@pytest.mark.parametrize(
    ("entry", "mapping", "pfn", "expected"),
    [
        ("DT_PRESENT DT_DIRTY", SHARED + "DT_PTE_WRITE", 7, "DT_OK"),
        ("DT_PRESENT", SHARED, 7, "DT_OK"),
        ("DT_PRESENT", SHARED + "DT_PTE_WRITE", 7, "DT_WRITABLE_CLEAN"),
        ("DT_PRESENT DT_TOWRITE", SHARED + "DT_PTE_WRITE", 7, "DT_WRITABLE_CLEAN"),
        ("DT_PRESENT DT_DIRTY", SHARED, 8, "DT_WRONG_PFN"),
        ("DT_PRESENT DT_ZERO", SHARED + "DT_PTE_ZERO DT_PTE_SPECIAL", 7, "DT_OK"),
        ("DT_PRESENT", SHARED + "DT_PTE_ZERO DT_PTE_SPECIAL", 7, "DT_ZERO_MISPLACED"),
        ("DT_PRESENT DT_ZERO DT_DIRTY", SHARED + "DT_PTE_WRITE", 7, "DT_ZERO_WRITABLE"),
        ("", SHARED, 7, "DT_NO_ENTRY"),
        ("DT_PRESENT DT_EMPTY", PRIVATE, 7, "DT_NO_ENTRY"),
        ("", PRIVATE + "DT_PTE_ANON DT_PTE_WRITE", 1, "DT_OK"),
        ("DT_PRESENT DT_EMPTY", PRIVATE + "DT_PTE_ANON DT_PTE_WRITE", 1, "DT_OK"),
        ("DT_PRESENT DT_ZERO", PRIVATE + "DT_PTE_ANON DT_PTE_WRITE", 1, "DT_OK"),
        ("DT_PRESENT", PRIVATE + "DT_PTE_WRITE", 7, "DT_OK"),
        ("DT_PRESENT", SHARED + "DT_PTE_HUGE", 7, "DT_HUGE_ON_SMALL"),
    ],
)
def test_a_mapping_against_its_entry(judge: ctypes.CDLL, entry: str, mapping: str, pfn: int, expected: str) -> None:
    found = judge.mapping(
        ctypes.byref(Index(state=state(entry), pfn=7)), ctypes.byref(Mapping(state=state(mapping), pfn=pfn))
    )
    assert found == DT[expected]


def test_a_huge_mapping_agrees_with_a_huge_entry(judge: ctypes.CDLL) -> None:
    entry = Index(state=state("DT_PRESENT DT_DIRTY"), pfn=512, order=9)
    mapping = Mapping(state=state(SHARED + "DT_PTE_HUGE DT_PTE_WRITE"), pfn=512)
    assert judge.mapping(ctypes.byref(entry), ctypes.byref(mapping)) == DT["DT_OK"]


@pytest.fixture(scope="module")
def tags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("tags") / "tags"
    subprocess.run(["gcc", *FLAGS, "-static", "-o", program, GUEST / "tagdump" / "tags.c"], check=True)
    return program


def test_the_program_says_that_there_is_no_module(tags: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    ended = subprocess.run([tags, tmp_path / "file"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == "tags: /dev/dirty_tags: No such file or directory\n"


def test_the_program_names_a_file_that_is_missing(tags: Path) -> None:
    ended = subprocess.run([tags, "/no/such/file"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "tags: /no/such/file: No such file or directory\n")


def test_the_program_says_how_it_is_used(tags: Path) -> None:
    ended = subprocess.run([tags], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "usage: tags FILE [FIRST [COUNT]]\n")
