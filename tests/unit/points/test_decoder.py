# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

from harness.points.decoder import Decoder, resolve
from harness.points.finder import find_points
from harness.points.point import Frame


def test_a_function_and_offset_give_the_innermost_frame(vmlinux: Path) -> None:
    call = next(p for p in find_points(vmlinux, ["fs/dax.c"]) if p.function == "dax_insert" and p.kind == "call")
    with Decoder(vmlinux) as decoder:
        assert decoder("dax_insert", call.offset) == call.frames[0]
        assert decoder.named("dax_insert", call.offset) == call.frames


def test_a_function_without_dwarf_is_a_name_alone(vmlinux: Path) -> None:
    with Decoder(vmlinux) as decoder:
        assert decoder("shared", 1) == Frame("shared", "", 0)


def test_an_unknown_function_and_an_offset_behind_its_end_are_nothing(vmlinux: Path) -> None:
    with Decoder(vmlinux) as decoder:
        assert decoder("no_such_function", 0) is None
        assert decoder("dax_insert", 0x10000) is None


def test_addresses_resolve_to_the_frames_of_their_points(vmlinux: Path) -> None:
    points = find_points(vmlinux, ["fs/dax.c", "mm/truncate.c"])
    found = resolve(vmlinux, [point.address for point in points])
    assert found == {point.address: point.frames for point in points}


def test_an_address_outside_every_function_has_no_frames(vmlinux: Path) -> None:
    assert resolve(vmlinux, [0x10]) == {0x10: ()}
