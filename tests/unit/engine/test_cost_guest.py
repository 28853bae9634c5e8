# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.config.models import GuestSpec
from harness.config.operations import operations
from harness.deadline import Deadline
from harness.engine import cost_guest
from harness.engine.cost_guest import OPERATIONS, TRIALS, cost_scenarios, measured
from harness.engine.guests import Supplies
from harness.errors import LabBroke
from tests.fakes.boots import Boots
from tests.fakes.records import boot, bye, line, subject

ROW = line("cost", name="1", trial=0, ns=64_000, cpu=64_000, failed=0, each=[1000] * 64)


@pytest.fixture(autouse=True)
def _supplied(supplies: Supplies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost_guest, "supplies", lambda _guest: supplies)


def test_operations_are_timed_in_one_boot_without_points_and_modules(boots: Boots, tmp_path: Path) -> None:
    boots.follow([boot(ROW, bye())])
    found = measured(subject(boots.folder).kernel, GuestSpec(), tmp_path / "guest-0", Deadline.after(30))
    assert {each.operation for each in found} == {"write-fault, hole"}
    assert next(each.values for each in found if each.quantity == "instructions") == (500.0,)
    given = (boots.folder / "bzImage.0.initramfs").read_bytes()
    assert f"trials {TRIALS}\n".encode() in given
    assert b"name=0 prepare=hole" in given
    assert b"points " not in given
    assert b".ko" not in given


def test_a_guest_that_gives_up_is_the_labs_fault(boots: Boots, tmp_path: Path) -> None:
    boots.follow([boot(ROW, line("broken", why="cannot prepare 2", errno=28, error="No space left on device"))])
    with pytest.raises(LabBroke, match="cannot prepare 2"):
        measured(subject(boots.folder).kernel, GuestSpec(), tmp_path / "guest-0", Deadline.after(30))


def test_every_operation_that_is_timed_is_one_of_the_racers() -> None:
    assert {op for _prepare, op in OPERATIONS.values()} <= set(operations())
    assert [each.title for each in cost_scenarios()] == list(OPERATIONS)
