# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.cost.change import CostChange
from harness.report.cost_picture import WIDTH, cost_picture

DEARER = CostChange("write-fault", "median latency", "us", 10.0, 25.0, 2.5, 2.2, 2.9, "slower")
SAME = CostChange("fsync", "instructions", "", 4000.0, 4040.0, 1.01, 1.0, 1.02, "same")


def test_costs_stand_on_one_axis_whose_middle_is_as_dear_as_before() -> None:
    picture = cost_picture([DEARER, SAME])
    assert picture and picture.most == 4  # 2.9 needs two doublings
    dearer, same = picture.bars
    assert WIDTH / 2 < dearer.left < dearer.dot < dearer.right < WIDTH
    assert same.left == WIDTH / 2 and same.right < dearer.left


def test_a_quantity_without_a_ratio_has_no_bar_and_nothing_measured_no_picture() -> None:
    assert cost_picture([replace(SAME, low=0.0, ratio=0.0)]) is None
    assert cost_picture([]) is None
