# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel import fragments, prebuilt
from harness.kernel.abilities import sweep_lacks
from harness.kernel.build import build
from harness.kernel.spec import module_folders
from tests.fakes import kernel as fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the three files of a prebuilt kernel that has all it needs."""
    built = build(fake.request(tmp_path / "build"), deadline=Deadline())
    place = tmp_path / "linux-mine"
    place.mkdir()
    (place / "vmlinux").write_bytes(built.vmlinux.read_bytes())
    (place / "bzImage").write_bytes(built.bzimage.read_bytes())
    options = fragments.read([prebuilt.NEEDED], "0.0")
    (place / ".config").write_text("".join(f"{option.text}\n" for option in options))
    return place


def test_a_whole_folder_is_taken_into_the_cache(folder: Path) -> None:
    kernel = prebuilt.from_folder(folder)
    assert kernel.name == "linux-mine" and len(kernel.build_id) == 40
    (folder / "vmlinux").write_bytes(b"built again meanwhile")
    assert kernel.vmlinux.read_bytes() != b"built again meanwhile"


def test_a_tree_keeps_its_bzimage_where_make_leaves_it(folder: Path) -> None:
    (folder / "arch/x86/boot").mkdir(parents=True)
    (folder / "bzImage").rename(folder / "arch/x86/boot/bzImage")
    assert prebuilt.from_folder(folder).bzimage.is_file()


@pytest.mark.parametrize("name", ["vmlinux", "bzImage", ".config"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadInput, match=f"linux-mine.*{name}.* is missing"):
        prebuilt.from_folder(folder)


@pytest.mark.parametrize(("line", "found"), [("# CONFIG_FS_DAX is not set", "n"), ("CONFIG_FS_DAX=m", "m"), ("", "n")])
def test_an_option_that_is_not_built_in_is_named(folder: Path, line: str, found: str) -> None:
    config = folder / ".config"
    config.write_text(config.read_text().replace("CONFIG_FS_DAX=y", line))
    with pytest.raises(BadInput, match=rf"\.config: CONFIG_FS_DAX is `{found}`"):
        prebuilt.from_folder(folder)


def test_a_vmlinux_that_is_no_elf_file_is_bad_input(folder: Path) -> None:
    (folder / "vmlinux").write_text("no kernel")
    with pytest.raises(BadInput, match="is no kernel image"):
        prebuilt.from_folder(folder)


def test_modules_that_were_brought_along_are_used(folder: Path, tmp_path: Path) -> None:
    module = fake.module_in(tmp_path)
    (folder / "modules").mkdir()
    (folder / "modules" / "probe.ko").write_text("module")
    assert set(prebuilt.from_folder(folder, own=(module,)).modules) == {"probe"}


def test_without_modules_or_a_tree_to_build_them_in_it_is_bad_input(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"neither modules/probe\.ko nor a tree"):
        prebuilt.from_folder(folder, own=(fake.module_in(tmp_path),))


def test_a_kernel_without_kprobes_is_taken_with_the_modules_that_need_none(folder: Path) -> None:
    (folder / "modules").mkdir()
    (folder / "modules" / "dirty-tags.ko").write_text("module")
    (folder / ".config").write_text((folder / ".config").read_text() + "CONFIG_MODULES=y\n")
    kernel = prebuilt.from_folder(folder, own=module_folders())
    assert set(kernel.modules) == {"dirty-tags"}
    assert sweep_lacks(kernel.config) == "CONFIG_KPROBES, CONFIG_PREEMPT, CONFIG_KALLSYMS"


def test_a_kernel_that_loads_no_modules_is_taken_without_any(folder: Path) -> None:
    assert not prebuilt.from_folder(folder, own=module_folders()).modules
