# SPDX-License-Identifier: GPL-2.0-only
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from harness import folders
from harness.deadline import Deadline
from harness.errors import BadInput, KernelFailed, LabBroke, OutOfTime
from harness.kernel import fragments, worktree
from harness.kernel.artefacts import entry
from harness.kernel.build import build, make_lines
from harness.kernel.make import SHORTCUTS
from tests.fakes import kernel as fake


def test_a_first_build_leaves_every_artefact(tmp_path: Path) -> None:
    kernel = build(fake.request(tmp_path, modules=(fake.module_in(tmp_path),)), deadline=Deadline())
    assert kernel.release == "6.1.7"
    assert len(kernel.build_id) == 40
    assert {"fs/dax.o", "mm/memory.o"} <= set(kernel.objects)
    assert "CONFIG_KPROBES=y" in kernel.config.read_text()
    assert kernel.vmlinux.is_file() and kernel.bzimage.is_file()
    assert set(kernel.modules) == {"probe"}
    assert "lock_entry" in kernel.source("fs/dax.c")


def test_a_cached_kernel_is_not_built_again(tmp_path: Path) -> None:
    request = fake.request(tmp_path)
    first = build(request, deadline=Deadline())
    log = worktree.place(request.tree_key) / "build.log"
    log.unlink()
    assert build(request, deadline=Deadline()).build_id == first.build_id
    assert not log.exists()


def test_the_second_of_a_pair_compiles_only_what_its_patch_touches(tmp_path: Path) -> None:
    stock = build(fake.request(tmp_path), deadline=Deadline())
    patched = build(fake.request(tmp_path, patch=fake.GOOD_PATCH), deadline=Deadline())
    assert fake.compiled(patched.build_log) == ["fs/dax.o"]
    assert patched.key != stock.key and patched.build_id != stock.build_id
    assert patched.edited == ("fs/dax.c",)
    assert [name for name, digest in patched.objects.items() if stock.objects[name] != digest] == ["fs/dax.o"]


def test_the_same_kernel_made_after_another_variant_is_the_same_bytes(tmp_path: Path) -> None:
    first = build(fake.request(tmp_path), deadline=Deadline())
    before = first.vmlinux.read_bytes()
    build(fake.request(tmp_path, patch=fake.GOOD_PATCH), deadline=Deadline())
    (first.folder / "kernel.json").unlink()
    assert build(fake.request(tmp_path), deadline=Deadline()).vmlinux.read_bytes() == before


def test_a_patch_that_does_not_apply_is_bad_input_with_the_rejected_hunk(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"one\.patch does not apply to Linux 6\.1\.7") as error:
        build(fake.request(tmp_path, patch=fake.REJECTED_PATCH), deadline=Deadline())
    assert "-\treturn old_name(entry);" in str(error.value)


def test_a_patch_that_does_not_compile_is_the_kernels_failure_with_the_compilers_lines(tmp_path: Path) -> None:
    with pytest.raises(KernelFailed, match="no_such_thing") as error:
        build(fake.request(tmp_path, patch=fake.UNCOMPILABLE_PATCH), deadline=Deadline())
    assert "fs/dax.c:7" in str(error.value)
    assert "error:" in str(error.value)


def test_a_released_kernel_that_does_not_compile_is_the_labs_fault(tmp_path: Path) -> None:
    request = fake.request(tmp_path)
    (request.source.folder / "mm" / "memory.c").write_text("no C at all\n")
    with pytest.raises(LabBroke, match="error:"):
        build(request, deadline=Deadline())


def test_after_a_failed_build_the_tree_builds_the_next_kernel(tmp_path: Path) -> None:
    with pytest.raises(KernelFailed):
        build(fake.request(tmp_path, patch=fake.UNCOMPILABLE_PATCH), deadline=Deadline())
    assert build(fake.request(tmp_path, patch=fake.GOOD_PATCH), deadline=Deadline()).build_id


def test_an_option_that_cannot_be_had_is_named_with_its_line_and_dependency(tmp_path: Path) -> None:
    request = fake.request(tmp_path, fragment="CONFIG_DAX=y\n# why\nCONFIG_FS_DAX=y\n")
    with pytest.raises(BadInput, match=r"lab-test\.config:3: CONFIG_FS_DAX=y.*ZONE_DEVICE \|\| MMU_LESS"):
        build(request, deadline=Deadline())


def test_only_one_object_has_debug_information_and_no_path_of_this_machine(tmp_path: Path) -> None:
    vmlinux = build(fake.request(tmp_path), deadline=Deadline()).vmlinux
    with vmlinux.open("rb") as file:
        units = list(ELFFile(file).get_dwarf_info().iter_CUs())
        tops = [unit.get_top_DIE().attributes for unit in units]
    assert [top["DW_AT_name"].value for top in tops] == [b"fs/dax.c"]
    assert tops[0]["DW_AT_comp_dir"].value == b"."
    assert str(tmp_path).encode() not in vmlinux.read_bytes()


def test_editing_a_module_builds_no_kernel(tmp_path: Path) -> None:
    module = fake.module_in(tmp_path)
    request = fake.request(tmp_path, modules=(module,))
    first = build(request, deadline=Deadline())
    (module / "probe.c").write_text("int probe(void) { return 8; }\n")
    log = worktree.place(request.tree_key) / "build.log"
    log.unlink()
    second = build(request, deadline=Deadline())
    assert second.key == first.key and not log.exists()
    assert second.modules["probe"] != first.modules["probe"]


def test_a_patched_c_file_needs_no_new_modules(tmp_path: Path) -> None:
    modules = (fake.module_in(tmp_path),)
    first = build(fake.request(tmp_path, modules=modules), deadline=Deadline())
    second = build(fake.request(tmp_path, patch=fake.GOOD_PATCH, modules=modules), deadline=Deadline())
    assert second.key != first.key
    assert second.modules == first.modules


def test_a_killed_build_leaves_no_kernel_and_the_next_one_is_whole(tmp_path: Path) -> None:
    request = fake.request(tmp_path)
    with _building(tmp_path, slow="30") as child:
        _wait_for(worktree.place(request.tree_key) / "linux" / "mm" / "memory.o")
        child.kill()
    assert not entry(request.key).exists()
    kernel = build(request, deadline=Deadline.after(20))
    assert set(fake.compiled(kernel.build_log)) == {"fs/dax.o", "mm/memory.o"}


def test_two_builds_at_once_build_once(tmp_path: Path) -> None:
    request = fake.request(tmp_path)
    with _building(tmp_path, slow="1") as child:
        _wait_for(worktree.place(request.tree_key) / "linux" / "mm" / "memory.o")
        began = time.monotonic()
        kernel = build(request, deadline=Deadline.after(20))
        assert time.monotonic() - began > 0.3
        assert child.wait() == 0
    assert len(fake.compiled(kernel.build_log)) == 2
    assert [path.name for path in (folders.cache() / "kernels").iterdir() if path.is_dir()] == [request.key]


def test_no_time_left_stops_make_and_leaves_no_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_SLOW", "0.6")
    request = fake.request(tmp_path)
    with pytest.raises(OutOfTime, match="no time is left"):
        build(request, deadline=Deadline.after(0.4))
    assert not entry(request.key).exists()


def test_a_unit_that_is_no_c_file_of_the_kernel_is_bad_input(tmp_path: Path) -> None:
    request = replace(fake.request(tmp_path), debug_units=("fs/none.c",))
    with pytest.raises(BadInput, match=r"fs/none\.c.*units"):
        build(request, deadline=Deadline())


def test_only_configs_of_the_labs_own_fragments_do_without_objtool(tmp_path: Path) -> None:
    users = fake.request(tmp_path, modules=(fake.module_in(tmp_path),))
    own = replace(users, fragments=fragments.chosen())
    shortened = [[word for word in line if word in SHORTCUTS] for line in make_lines(own)]
    assert shortened == [[], [], [], list(SHORTCUTS), list(SHORTCUTS)]
    assert not any(word in SHORTCUTS for line in make_lines(users) for word in line)
    assert own.tree_key != users.tree_key


def test_the_dry_run_shows_the_lines_that_make_a_kernel(tmp_path: Path) -> None:
    lines = make_lines(fake.request(tmp_path, modules=(fake.module_in(tmp_path),)))
    assert [line[3] for line in (lines[0], lines[2], lines[3])] == ["tinyconfig", "olddefconfig", "vmlinux"]
    assert any(word.startswith("M=") for word in lines[4])


class _building:
    """Another lab that builds the miniature tree; its own process group ends with the block."""

    def __init__(self, folder: Path, slow: str) -> None:
        code = (
            "from pathlib import Path; from harness.deadline import Deadline; from harness.kernel.build import build;"
            f"from tests.fakes import kernel; build(kernel.request(Path({str(folder)!r})), deadline=Deadline())"
        )
        environment = {**os.environ, "FAKE_SLOW": slow, "PYTHONPATH": str(folders.PROJECT)}
        self.child = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=folders.PROJECT)

    def __enter__(self) -> "subprocess.Popen[bytes]":
        return self.child

    def __exit__(self, *_: object) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGKILL)
        self.child.wait()


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 15
    while not path.exists():
        assert time.monotonic() < until, f"{path} never came"
        time.sleep(0.02)
