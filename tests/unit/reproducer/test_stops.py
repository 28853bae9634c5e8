# SPDX-License-Identifier: GPL-2.0-only
"""A schedule's stops, said so that another build can be checked for them, by points.sh as it is shipped."""

import subprocess
from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.points.finder import find_points
from harness.reproducer.stops import TEMPLATE, described, numbered, places
from harness.sweep.records import Schedule, Stop
from tests.fakes.prebuilt import compiled


@pytest.fixture(scope="module")
def vmlinux(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kernel") / "stock"
    compiled(folder, "0b" * 20)
    return folder / "vmlinux"


@pytest.fixture(scope="module")
def schedule(vmlinux: Path) -> Schedule:
    """Stops at a call of one function and at the entry of another."""
    points = find_points(vmlinux, ["fs/dax.c"], every_instruction=False)
    call = next(each for each in points if each.kind == "call")
    entry = next(each for each in points if each.kind == "entry" and each.function != call.function)
    return Schedule((1, 0), (Stop(1, call.function, call.offset, 2), Stop(0, entry.function, entry.offset, 1)))


def points_h(vmlinux: Path, stops: Path) -> "subprocess.CompletedProcess[str]":
    words = [TEMPLATE / "points.sh", vmlinux, stops]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_points_are_numbered_in_the_order_of_the_stops_and_once() -> None:
    twice = Schedule.parse("BA B@f+0x10#1 A@g+0x4#2^ B@f+0x10#3")
    assert places(twice) == [("f", 0x10), ("g", 4)]
    assert numbered(twice) == "BA B0#1 A1#2^ B0#3"
    assert numbered(Schedule.parse("AB")) == "AB"


def test_the_addresses_are_those_of_the_kernels_own_points(vmlinux: Path, schedule: Schedule, tmp_path: Path) -> None:
    (tmp_path / "stops").write_text(described(schedule, vmlinux))
    done = points_h(vmlinux, tmp_path / "stops")
    assert done.returncode == 0, done.stderr
    assert f'#define BUILD_ID "{"0b" * 20}"' in done.stdout
    found = [int(line.split("UL")[0], 16) for line in done.stdout.splitlines() if line.startswith("\t0x")]
    points = {
        (each.function, each.offset): each for each in find_points(vmlinux, ["fs/dax.c"], every_instruction=False)
    }
    assert found == [points[stop.function, stop.offset].address for stop in schedule.stops]


def test_a_kernel_compiled_otherwise_is_refused_with_the_places_where_the_instruction_stands(
    vmlinux: Path, schedule: Schedule, tmp_path: Path
) -> None:
    stop = schedule.stops[0]
    function, _offset, *instruction = described(schedule, vmlinux).splitlines()[0].split()
    (tmp_path / "stops").write_text(f"{function} {stop.offset + 1:#x} {' '.join(instruction)}\n")
    done = points_h(vmlinux, tmp_path / "stops")
    assert done.returncode == 1
    assert f"and was `{' '.join(instruction)}`" in done.stderr
    assert f"{stop.offset:#x}" in done.stderr.split("it stands at")[1].split()


def test_a_function_that_is_not_there_is_told(vmlinux: Path) -> None:
    with pytest.raises(LabBroke, match="objdump does not show the schedule's stops"):
        described(Schedule.parse("AB A@no_such_function+0x4#1"), vmlinux)


def test_a_schedule_without_a_stop_has_no_points(vmlinux: Path, tmp_path: Path) -> None:
    assert described(Schedule.parse("AB"), vmlinux) == ""
    (tmp_path / "stops").write_text("")
    assert "points[] = {\n\t0\n};" in points_h(vmlinux, tmp_path / "stops").stdout
