# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.errors import BadInput, ExitStatus, KernelFailed, LabBroke, LabError


@pytest.mark.parametrize(
    ("error", "status"),
    [(KernelFailed, 1), (BadInput, 2), (LabBroke, 3), (LabError, 3)],
)
def test_whose_fault_it_was_is_the_exit_status(error: type[LabError], status: int) -> None:
    assert error("x").status == status


def test_no_error_of_the_lab_can_be_caught_as_an_error_of_the_kernel() -> None:
    assert not issubclass(LabBroke, KernelFailed | BadInput)
    assert not issubclass(KernelFailed, LabBroke | BadInput)


def test_every_status_has_its_own_number() -> None:
    assert sorted(ExitStatus) == [0, 1, 2, 3, 4, 130, 141]
