# SPDX-License-Identifier: GPL-2.0-only
import subprocess
from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.kernel.build_id import build_id
from harness.kernel.objects import code_digest, plt32_as_pc32

CODE = "int callee(int); int other(int); static int data = 4;\nint f(int a) { return callee(a) + 1; }\n"


def _digest(tmp_path: Path, text: str, *flags: str) -> str:
    (tmp_path / "one.c").write_text(text)
    subprocess.run(["gcc", "-O1", "-w", "-c", *flags, "one.c", "-o", "one.o"], cwd=tmp_path, check=True)
    return code_digest((tmp_path / "one.o").read_bytes())


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (("+ 1", "+ 2"), True),
        (("callee(a)", "other(a)"), True),
        (("static int data = 4", "static int data = 5"), False),
        (("int f", "/* only a comment */ int f"), False),
    ],
)
def test_a_digest_changes_with_code_and_with_whom_it_calls(
    tmp_path: Path, change: tuple[str, str], differs: bool
) -> None:
    assert (_digest(tmp_path, CODE) != _digest(tmp_path, CODE.replace(*change))) == differs


def test_debug_information_does_not_change_a_digest(tmp_path: Path) -> None:
    assert _digest(tmp_path, CODE) == _digest(tmp_path, CODE, "-gdwarf-4")


def test_calls_by_plt32_become_pc32_and_nothing_else_changes(tmp_path: Path) -> None:
    _digest(tmp_path, CODE, "-fno-pie", "-mcmodel=kernel")
    before = (tmp_path / "one.o").read_bytes()
    (tmp_path / "two.o").write_bytes(after := plt32_as_pc32(before))
    told = [_relocations(tmp_path / name) for name in ("one.o", "two.o")]
    assert "R_X86_64_PLT32" in told[0] and told[1] == told[0].replace("4 R_X86_64_PLT32", "2 R_X86_64_PC32 ")
    assert sum(a != b for a, b in zip(before, after, strict=True)) == told[0].count("R_X86_64_PLT32")
    assert plt32_as_pc32(after) == after


def _relocations(path: Path) -> str:
    return subprocess.run(["readelf", "-rW", path], check=True, text=True, stdout=subprocess.PIPE).stdout


def test_a_file_without_a_build_id_is_told(tmp_path: Path) -> None:
    _digest(tmp_path, CODE)
    with pytest.raises(LabBroke, match="has no build id"):
        build_id(tmp_path / "one.o")
