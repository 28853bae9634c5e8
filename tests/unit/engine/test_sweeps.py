# SPDX-License-Identifier: GPL-2.0-only
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine.guests import Supplies
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, Swept, sweep_all, symbols
from harness.kernel.artefacts import Kernel
from harness.sweep.ledger import HUNG
from tests.fakes.boots import Boots
from tests.fakes.records import begin, boot, bye, done, end, failed, line, passed, scenario, start, subject, whole

ONE = scenario("one")
COSTLY = (scenario("one", bound=2), scenario("two", bound=2))  # each is worth a guest of its own
LOST = ("lost-store", "B: a finished store is not in the file")


@pytest.fixture
def hall(guest: GuestSpec, supplies: Supplies, tmp_path: Path) -> Hall:
    return Hall(guest, supplies, tmp_path / "guests", Deadline.after(20), workers=2)


def kernels(folder: Path) -> dict[str, Boots]:
    """Two kernels, each with boots of its own."""
    made = {name: Boots(folder / name) for name in ("unlocked", "stock")}
    for each in made.values():
        each.folder.mkdir()
    return made


def run_pair(folder: Path, hall: Hall) -> list[Swept]:
    boots = kernels(folder)
    broken = [begin("two"), failed("AB A1#1", LOST), end(), done("two"), bye()]
    boots["unlocked"].follow([boot(*start(), *whole("one"), bye())], "unlocked-0")
    boots["unlocked"].follow([boot(*start(), *broken)], "unlocked-1")
    boots["stock"].follow([boot(*start(), *whole("one"), bye())], "stock-0")
    boots["stock"].follow([boot(*start(), *whole("two"), bye())], "stock-1")
    subjects = [subject(each.folder, name) for name, each in boots.items()]
    return sweep_all(subjects, COSTLY, hall)


def test_every_kernel_has_a_result_a_scenario_in_the_scenarios_order(tmp_path: Path, hall: Hall) -> None:
    swept = run_pair(tmp_path, hall)
    assert [[(each.kernel, each.scenario) for each in side.results] for side in swept] == [
        [("unlocked", "one"), ("unlocked", "two")], [("stock", "one"), ("stock", "two")],
    ]  # fmt: skip
    assert [each.failing for side in swept for each in side.results] == [{}, {1: 1}, {}, {}]
    assert all(each.complete and not each.broken for side in swept for each in side.results)


def test_the_number_of_workers_does_not_change_a_result(tmp_path: Path, guest: GuestSpec, supplies: Supplies) -> None:
    found = []
    for workers in (1, 3):
        folder = tmp_path / str(workers)
        folder.mkdir()
        hall = Hall(guest, supplies, folder / "guests", Deadline.after(20), workers)
        found.append([replace(each, seconds=0.0) for side in run_pair(folder, hall) for each in side.results])
    assert found[0] == found[1]


def test_where_the_lab_breaks_the_open_scenarios_are_broken_and_the_other_kernel_is_not(
    tmp_path: Path, hall: Hall
) -> None:
    boots = kernels(tmp_path)
    canary = line("broken", why="canary: actor 0 stopped at point 0", errno=0, error="Success")
    boots["unlocked"].follow([boot(canary)])
    boots["stock"].follow([boot(*start(), *whole("one"), bye())])
    unlocked, stock = sweep_all([subject(each.folder, name) for name, each in boots.items()], (ONE,), hall)
    assert "canary: actor 0" in unlocked.results[0].broken
    assert (stock.results[0].broken, stock.results[0].complete) == ("", True)


def test_a_scenario_of_an_earlier_guest_stays_sound_where_a_later_guest_breaks(boots: Boots, hall: Hall) -> None:
    hang = ("hang", "B: read-fault never ends")
    first = [*start(), *whole("one"), begin("three"), failed("AB", hang), done("three", status=HUNG, now="AB"), bye()]
    scenarios = (ONE, scenario("three"), scenario("two", bound=2))  # the costly one has a guest for itself
    boots.follow([boot(*start(), *whole("two"), bye())], "stock-0")
    boots.follow([boot(*first), boot(*start(), begin("three"), last="exit 1\n")], "stock-1")
    (swept,) = sweep_all([subject(boots.folder)], scenarios, hall)
    assert ["qemu-died" in each.broken for each in swept.results] == [False, True, False]


def test_missed_probes_make_every_scenario_of_that_guest_broken(boots: Boots, hall: Hall) -> None:
    boots.follow([boot(*start(), *whole("one"), bye(missed=2))])
    (swept,) = sweep_all([subject(boots.folder)], (ONE,), hall)
    assert "2 probe hits were missed" in swept.results[0].broken


def test_the_budgets_end_leaves_results_that_are_incomplete_not_broken(boots: Boots, hall: Hall) -> None:
    boots.follow([boot(*start(), begin("one"), passed("AB"), last="forever\n")])
    late = Hall(hall.guest, hall.supplies, hall.folder, Deadline.after(1.0))
    (result,) = sweep_all([subject(boots.folder)], (ONE,), late)[0].results
    assert (result.complete, result.broken) == (False, "")


def test_kernel_logs_are_given_by_scenario_and_the_boots_under_none(boots: Boots, hall: Hall) -> None:
    message = line("k", l=4, us=2500000, m="WARNING: CPU: 0 PID: 61 at fs/dax.c:372")
    mounted = line("k", l=6, us=500000, m="EXT4-fs (pmem0): mounted filesystem")
    boots.follow([boot(mounted, *start(), begin("one"), message, *whole("one")[1:], bye())])
    (swept,) = sweep_all([subject(boots.folder)], (ONE,), hall)
    assert [each for each in swept.logs if each[1]] == [
        ("", ("[    0.500000] EXT4-fs (pmem0): mounted filesystem",)),
        ("one", ("[    2.500000] WARNING: CPU: 0 PID: 61 at fs/dax.c:372",)),
    ]


@pytest.fixture
def compiled(tmp_path: Path) -> Subject:
    """A kernel of two functions of known size."""
    source = 'void first(void) { asm volatile(".skip 32"); } void second(void) { asm volatile(".skip 32"); }'
    flags = ["-nostdlib", "-static", "-no-pie", "-Wl,-Ttext=0x401000", "-Wl,-e,first", "-fcf-protection=none", "-O2"]
    vmlinux = tmp_path / "vmlinux"
    subprocess.run(["gcc", *flags, "-xc", "-", "-o", vmlinux], input=source.encode(), check=True)
    return Subject("mini", Kernel("mini", "key", tmp_path, "6.1", "c0ffee"), ())


def test_an_address_is_named_by_the_function_that_holds_it(compiled: Subject) -> None:
    name = symbols(compiled)
    first = 0x401000
    assert [name(first), name(first + 0x1F)] == ["first+0x0", "first+0x1f"]
    assert name(first + 0x30).startswith("second+0x")


@pytest.mark.parametrize("address", [0x0, 0x400FFF, 0xFFFFFFFFC0001000])
def test_an_address_in_no_function_is_shown_as_it_is(compiled: Subject, address: int) -> None:
    assert symbols(compiled)(address) == f"{address:#x}"


def test_naming_reads_the_kernel_only_when_there_is_something_to_name(tmp_path: Path) -> None:
    name = symbols(subject(tmp_path))
    with pytest.raises(Exception, match="vmlinux"):
        name(0x401000)
