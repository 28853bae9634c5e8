# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.config.models import KernelSpec
from harness.kernel.abilities import SWEEP, possible, sweep_lacks, uncheckable
from harness.kernel.sources import SourceTree
from harness.kernel.spec import module_folders, request_for

ALL = {"MODULES": "y", "KPROBES": "y", "PREEMPT": "y", "KALLSYMS": "y"}


def names(values: dict[str, str], unsaid: str = "n", release: str = "6.1.192") -> set[str]:
    return {folder.name for folder in possible(module_folders(), values, release, unsaid)}


def test_a_config_with_all_of_it_lacks_nothing(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(SWEEP.read_text())
    assert sweep_lacks(tmp_path / "config") == ""


@pytest.mark.parametrize("line", ["# CONFIG_PREEMPT is not set", ""])
def test_what_a_sweep_needs_and_the_config_has_not_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "config").write_text(SWEEP.read_text().replace("CONFIG_PREEMPT=y", line))
    assert sweep_lacks(tmp_path / "config") == "CONFIG_PREEMPT"


def test_without_kprobes_the_tags_are_all_that_can_be_checked() -> None:
    assert {"dirty-tags", "interleave", "durability"} <= names(ALL)
    assert names({**ALL, "KPROBES": "n"}) == {"dirty-tags"}
    assert names({**ALL, "MODULES": "n"}) == names({}) == set()


@pytest.mark.parametrize("release", ["4.4.155", "4.6.2", "4.19.40"])
def test_a_kernel_without_an_xarray_is_swept_without_tags_and_durability(release: str) -> None:
    assert names(ALL, release=release) == {"interleave"}
    assert names(ALL, release="5.0.1") == names(ALL)


def test_the_checks_of_a_scenario_that_a_kernel_is_too_old_for_are_told() -> None:
    assert uncheckable(("tags", "durable"), "4.7.4") == ("tags", "durable")
    assert uncheckable(("tags",), "4.7.4") == ("tags",)
    assert uncheckable(("tags", "durable"), "5.0.1") == uncheckable((), "4.7.4") == ()


def test_what_no_fragment_speaks_of_is_taken_as_asked() -> None:
    assert names({}, unsaid="y") == names(ALL)


def test_a_fragment_that_turns_kprobes_off_leaves_their_modules_out(tmp_path: Path) -> None:
    (tmp_path / "mine.config").write_text("# CONFIG_KPROBES is not set\n")
    spec = KernelSpec.model_validate(
        {"source": {"debian": "linux-source-6.1"}, "config": [str(tmp_path / "mine.config")]}
    )
    request = request_for("mine", spec, SourceTree(Path("/nowhere"), "6.1.192", "digest"), (), ())
    assert [folder.name for folder in request.modules] == ["dirty-tags"]
