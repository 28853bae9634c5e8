# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel logged outside of any scenario."""

import pytest

from harness.collect.dmesg import Finding
from harness.results.run import GuestFinding, KernelInfo, Plan, Run, Side
from harness.sweep.records import Kind
from harness.verdict.elsewhere import elsewhere

TOLD = "`stock` logged WARNING: at dax_init outside of any scenario"


def run(side: Side = "with", known: str = "", scenario: str = "") -> Run:
    splat = Finding("warn", Kind.WARN, "WARNING: at dax_init", "warn:dax_init", None, (), (), 1, known)
    kernels = (KernelInfo("stock", side, "6.1.192"),)
    findings = (GuestFinding("stock", "sweep", splat, scenario),)
    return Run(1, "2026-01-01", 1.0, Plan((), budget_seconds=60, coverage_floor=0.9), kernels, (), findings=findings)


def test_a_splat_counts_against_the_kernel_under_test() -> None:
    assert (elsewhere(run()).fail, elsewhere(run()).notes) == ([TOLD], [])


@pytest.mark.parametrize(
    ("one", "told"), [(run("without"), TOLD), (run(known="upstream"), f"{TOLD}, a known issue: upstream")]
)
def test_one_of_the_other_kernel_and_a_known_one_are_told_alone(one: Run, told: str) -> None:
    assert (elsewhere(one).fail, elsewhere(one).notes) == ([], [told])


def test_a_splat_of_a_scenario_is_judged_with_it() -> None:
    assert (elsewhere(run(scenario="fsync-write")).fail, elsewhere(run(scenario="fsync-write")).notes) == ([], [])
