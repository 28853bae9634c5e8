# SPDX-License-Identifier: GPL-2.0-only
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.points.finder import find_points
from harness.points.point import Point

from .conftest import link

BOTH = ["fs/dax.c", "mm/truncate.c"]


def of(points: list[Point], function: str) -> list[Point]:
    return [point for point in points if point.function == function]


def disassembly(vmlinux: Path) -> dict[int, str]:
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", vmlinux], capture_output=True, text=True).stdout
    return {int(at, 16): code for at, code in re.findall(r"^ +([0-9a-f]+):\t(.*)$", text, re.MULTILINE)}


def addr2line(vmlinux: Path, address: int) -> list[tuple[str, str]]:
    text = subprocess.run(
        ["addr2line", "-i", "-f", "-e", vmlinux, hex(address)], capture_output=True, text=True
    ).stdout.splitlines()
    names, places = text[::2], [place.split(" (")[0] for place in text[1::2]]
    return [(name.split(".")[0], Path(place).name) for name, place in zip(names, places, strict=True)]


def test_every_instruction_has_the_frames_that_addr2line_gives(vmlinux: Path) -> None:
    points = find_points(vmlinux, BOTH, every_instruction=True)
    assert len(points) > 60
    for point in points:
        ours = [(frame.function, f"{Path(frame.file).name}:{frame.line}") for frame in point.frames]
        theirs = addr2line(vmlinux, point.address)
        if vmlinux.name == "vmlinux5":  # binutils 2.40 takes a sequence's first file for file 0, DWARF 5 says 1
            ours, theirs = [[(name, at.split(":")[1]) for name, at in side] for side in (ours, theirs)]
        assert ours == theirs, point.name


def test_inlined_frames_come_innermost_first_with_tree_relative_files(vmlinux: Path, tree: Path) -> None:
    call = next(p for p in of(find_points(vmlinux, BOTH), "dax_insert") if p.kind == "call")
    lines = (tree / "include/entry.h").read_text().splitlines()
    source = (tree / "fs/dax.c").read_text().splitlines()
    assert [(frame.function, frame.file) for frame in call.frames] == [
        ("entry_value", "include/entry.h"),
        ("entry_sum", "include/entry.h"),
        ("dax_insert", "fs/dax.c"),
    ]
    assert "shared(entry->value)" in lines[call.frames[0].line - 1]
    assert "entry_value(a)" in lines[call.frames[1].line - 1]
    assert "entry_sum(a, b)" in source[call.frames[2].line - 1]


def test_every_point_is_an_instruction_that_objdump_sees_too(vmlinux: Path) -> None:
    boundaries = disassembly(vmlinux)
    points = find_points(vmlinux, BOTH, every_instruction=True)
    assert all(point.address in boundaries for point in points)
    for point in points:
        code = boundaries[point.address]
        assert ("call" in code) == (point.kind == "call") or point.kind == "entry", (point, code)
        assert ("ret" in code) == (point.kind == "return") or point.kind == "entry", (point, code)


def test_the_coarse_points_are_among_the_fine_ones_and_none_is_a_plain_instruction(vmlinux: Path) -> None:
    coarse = find_points(vmlinux, BOTH)
    fine = {point.address: point for point in find_points(vmlinux, BOTH, every_instruction=True)}
    assert Counter(point.kind for point in coarse)["instruction"] == 0
    assert all(fine[point.address].kind == point.kind for point in coarse)


def test_indexes_count_from_zero_in_the_order_of_addresses(vmlinux: Path) -> None:
    points = find_points(vmlinux, BOTH)
    assert [point.index for point in points] == list(range(len(points)))
    assert [point.address for point in points] == sorted({point.address for point in points})


def test_the_first_instruction_of_each_function_is_its_entry(vmlinux: Path) -> None:
    points = find_points(vmlinux, ["fs/dax.c"])
    entries = {point.function for point in points if point.kind == "entry" and point.offset == 0}
    assert entries == {"dax_insert", "dax_tail", "dax_tail_indirect", "dax_warn", "next_entry"}


@pytest.mark.parametrize("function", ["dax_tail", "dax_tail_indirect"])
def test_a_jump_out_of_the_function_is_a_tail_call(vmlinux: Path, function: str) -> None:
    assert "tail-call" in [point.kind for point in of(find_points(vmlinux, BOTH), function)]


def test_a_cold_part_has_points_but_no_entry_and_its_way_back_is_no_tail_call(vmlinux: Path) -> None:
    kinds = [point.kind for point in of(find_points(vmlinux, BOTH), "dax_insert.cold")]
    assert kinds.count("call") >= 2
    assert set(kinds) == {"call"}
    assert "tail-call" not in [point.kind for point in of(find_points(vmlinux, BOTH), "dax_insert")]


def test_a_static_name_in_two_units_is_told_apart_by_the_unit(vmlinux: Path) -> None:
    points = find_points(vmlinux, BOTH)
    names = {(point.function, point.unit) for point in points if point.function.startswith("next_entry")}
    assert names == {("next_entry.fs_dax", "fs/dax.c"), ("next_entry.mm_truncate", "mm/truncate.c")}


def test_a_static_name_keeps_its_plain_form_where_only_one_unit_is_asked(vmlinux: Path) -> None:
    points = find_points(vmlinux, ["mm/truncate.c"])
    assert {point.unit for point in points} == {"mm/truncate.c"}
    assert of(points, "next_entry")


@pytest.mark.parametrize("function", ["quiet_entry", "dax_init"])
def test_noinstr_and_init_text_have_no_points(vmlinux: Path, function: str) -> None:
    assert of(find_points(vmlinux, BOTH, every_instruction=True), function) == []


def test_the_ud2_of_a_warning_is_never_probed(vmlinux: Path) -> None:
    traps = [address for address, code in disassembly(vmlinux).items() if code.startswith("ud2")]
    assert traps
    assert not {point.address for point in find_points(vmlinux, BOTH, every_instruction=True)} & set(traps)


def test_a_unit_without_dwarf_is_named(vmlinux: Path) -> None:
    with pytest.raises(BadInput, match=r"no DWARF for mm/shared\.c.*there for fs/dax\.c, mm/truncate\.c"):
        find_points(vmlinux, ["fs/dax.c", "mm/shared.c"])


def test_a_unit_is_not_confused_with_one_whose_path_ends_alike(vmlinux: Path) -> None:
    with pytest.raises(BadInput, match=r"no DWARF for dax\.c"):
        find_points(vmlinux, ["dax.c"])


def test_a_kernel_built_in_another_folder_gives_the_same_names(tree: Path, tmp_path: Path) -> None:
    inside = link(tree, 4, out=tree / "build")
    points = find_points(inside, ["fs/dax.c"])
    assert {frame.file for point in points for frame in point.frames} == {"fs/dax.c", "include/entry.h"}


def test_what_is_no_vmlinux_is_refused(tmp_path: Path, tree: Path) -> None:
    image = tmp_path / "bzImage"
    image.write_bytes(b"MZ" + bytes(1000))
    with pytest.raises(BadInput, match=r"bzImage is no ELF file .*give vmlinux"):
        find_points(image, BOTH)
    with pytest.raises(BadInput, match="No such file"):
        find_points(tmp_path / "none", BOTH)


def test_a_stripped_vmlinux_is_refused(vmlinux: Path, tmp_path: Path) -> None:
    bare = tmp_path / "vmlinux"
    subprocess.run(["strip", "-o", bare, vmlinux], check=True)
    with pytest.raises(BadInput, match="has no DWARF"):
        find_points(bare, BOTH)
