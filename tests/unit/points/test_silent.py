# SPDX-License-Identifier: GPL-2.0-only
"""Points behind which an actor only computes."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.points.finder import find_points
from harness.points.silent import silent_points

SOURCE = """
struct pair { long a, b; };
__attribute__((noipa)) long elsewhere(long);
__attribute__((noinline)) static long inner(long x) { return elsewhere(x) + 1; }
long computes(long x, long y) { x = (x + y) * 3 - (y << 2); if (x & 8) x ^= 5; return inner(x); }
long loads(struct pair *p) { return inner(p->a) + p->b; }
long stores(struct pair *p, long x) { p->a = x; return inner(x) + 2; }
long loops(long n) { long s = 0; for (long i = 0; i < n; i++) s += i * i; return inner(s) + s; }
long elsewhere(long x) { return x; }
"""

FLAGS = [
    "-O1",
    "-gdwarf-4",
    "-fcf-protection=none",
    "-fno-inline",
    "-fno-ipa-cp",
    "-nostdlib",
    "-static",
    "-Wl,-ecomputes",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("silent")
    (folder / "fs").mkdir()
    (folder / "fs" / "dax.c").write_text(SOURCE)
    gcc = shutil.which("gcc") or "gcc"
    done = subprocess.run([gcc, *FLAGS, "fs/dax.c", "-o", "vmlinux"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "vmlinux"


def silent(vmlinux: Path, function: str, kind: str, *, every: bool = False) -> list[bool]:
    points = find_points(vmlinux, ["fs/dax.c"], every_instruction=every)
    found = silent_points(vmlinux, points)
    return [point.index in found for point in points if point.function == function and point.kind == kind]


def test_arithmetic_up_to_a_call_of_the_same_file_is_silent(built: Path) -> None:
    assert silent(built, "computes", "entry") == [True]
    assert silent(built, "computes", "call") == [True]


def test_a_loop_in_registers_is_silent(built: Path) -> None:
    assert silent(built, "loops", "entry") == [True]


def test_a_load_or_a_store_is_not_silent(built: Path) -> None:
    assert silent(built, "loads", "entry") == [False]
    assert silent(built, "stores", "entry") == [False]


def test_a_return_is_not_silent(built: Path) -> None:
    assert not any(silent(built, "computes", "return"))


def test_a_call_of_a_function_without_a_point_is_not_silent(built: Path) -> None:
    points = [point for point in find_points(built, ["fs/dax.c"]) if point.function != "elsewhere"]
    found = silent_points(built, points)
    calls = [point for point in points if point.function == "inner" and point.kind == "call"]
    assert calls
    assert not any(point.index in found for point in calls)


def test_with_every_instruction_the_one_that_loads_alone_touches_memory(built: Path) -> None:
    kinds = silent(built, "loads", "instruction", every=True)
    assert True in kinds
    assert False in kinds
