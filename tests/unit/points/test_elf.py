# SPDX-License-Identifier: GPL-2.0-only
import subprocess
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.points.elf import opened


def test_functions_are_those_of_text_that_may_be_probed(vmlinux: Path) -> None:
    with opened(vmlinux) as kernel:
        names = [function.name for function in kernel.functions]
    assert {"dax_insert", "dax_insert.cold", "shared", "_start"} <= set(names)
    assert not {"dax_init", "quiet_entry"} & set(names)
    assert names.count("next_entry") == 2


def test_every_address_of_a_function_finds_it(vmlinux: Path) -> None:
    with opened(vmlinux) as kernel:
        for function in kernel.functions:
            assert kernel.function_at(function.start) == function
            assert kernel.function_at(function.end - 1) == function
            assert len(kernel.code(function)) == function.end - function.start


def test_an_object_file_is_refused(tree: Path, vmlinux: Path) -> None:
    with pytest.raises(BadInput, match="is no linked x86-64 kernel"), opened(tree / "fs_dax.c.o"):
        pass


def test_a_file_without_symbols_is_refused_when_they_are_needed(vmlinux: Path, tmp_path: Path) -> None:
    bare = tmp_path / "vmlinux"
    subprocess.run(["strip", "-o", bare, vmlinux], check=True)
    with opened(bare) as kernel, pytest.raises(BadInput, match="has no symbol table"):
        _ = kernel.symbols
