# SPDX-License-Identifier: GPL-2.0-only
"""What is known of a bug, and kernels that have its fix."""

import pytest

from harness.config.fixes import in_force, mended
from harness.config.loader import load_scenarios, load_series, series_folder, series_names
from harness.config.pairs import scenario
from harness.config.pairs_file import load_pairs_file
from harness.config.scenario import Scenario
from harness.sweep.records import Kind
from harness.verdict.pairs import Known

WAITS, SCANS, BREAKS = "dax-fsync-waits", "dax-scan-waits", "dax-break-writes-back"
RETRIES, FLUSHES = "dax-store-retries", "dax-copy-flushes"
FIXES = [(WAITS, "0001"), (SCANS, "0002"), (BREAKS, "0004"), (RETRIES, "0007"), (FLUSHES, "0008")]
RELEASE = "7.3.4"


def patches(name: str, release: str = RELEASE, version: str | None = None) -> tuple[str, ...]:
    return tuple(path.name for path in load_series(series_folder(name)).patches(release, version))


def test_a_kernel_without_a_patch_has_no_fix() -> None:
    assert not mended((WAITS,), ())
    assert not mended((), patches(WAITS))


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("release", ["6.1.192", "6.12.118", RELEASE])
def test_each_version_of_a_series_for_each_release_is_the_fix(version: str, release: str) -> None:
    assert mended((WAITS,), patches(WAITS, release, version))


def test_another_series_with_the_same_patch_has_the_fix_and_none_that_it_has_half() -> None:
    assert mended((WAITS,), patches(BREAKS))
    assert not mended((BREAKS,), patches(WAITS))  # they share a patch, and the one that writes back is not there


def test_patches_that_a_kernel_names_itself_are_the_fix_too() -> None:
    assert mended((RETRIES, WAITS), ("0007-mine.patch", *patches(WAITS)))
    assert not mended((RETRIES, WAITS), ("0007-mine.patch",))


def forgiven(one: Scenario, fixed: tuple[str, ...]) -> str:
    return "".join(rule.reason for rule in one.documented.values() if rule.holds_for(RELEASE) and in_force(rule, fixed))


@pytest.mark.parametrize(("series", "page"), FIXES)
def test_no_scenario_forgives_a_kernel_the_finding_that_its_series_mends(series: str, page: str) -> None:
    release = next(reversed(load_series(series_folder(series)).versions["v1"]))
    for one in load_scenarios().values():
        for kind, rule in one.documented.items():
            second_half = page == "0008" and kind != "not-durable"  # which no series mends
            if page in rule.reason and rule.holds_for(release) and not second_half:
                left = in_force(rule, patches(series, release))
                assert left is None or left.fixed_says, f"{one.name}: {kind}"


def test_a_scenario_forgives_a_kernel_what_its_series_does_not_mend() -> None:
    every = load_scenarios()
    assert "0004" in forgiven(every["fsync-punch-neighbour"], patches(WAITS))
    assert "0001" in forgiven(every["fsync-fsync-written"], patches(RETRIES))


def test_of_a_finding_that_is_mended_by_half_the_other_half_is_forgiven() -> None:
    rule = load_scenarios()["cloned-pwrite-read"].documented[Kind.NOT_DURABLE]
    first, second = "old data at file offset 0x840 is never flushed", "the store of A at file offset 0x800 is flushed"
    stock, fixed = in_force(rule, ()), in_force(rule, patches(FLUSHES))
    assert stock is not None
    assert fixed is not None
    assert stock.excuses([first, second])
    assert not fixed.excuses([second, first])
    assert fixed.excuses([second])


@pytest.mark.parametrize(("series", "page"), [each for each in FIXES if each[1] in ("0001", "0004", "0007")])
def test_no_pair_forgives_a_kernel_the_finding_that_its_series_mends(series: str, page: str) -> None:
    file = load_pairs_file()
    ops = {"0001": ("fsync", "msync"), "0004": ("fallocate", "punch"), "0007": ("pwrite", "write-fault")}[page]
    one = scenario(ops, "written")
    stock = {each.reason for each in Known(file.documented, "xfs", RELEASE).of(one)}
    fixed = {each.reason for each in Known(file.documented, "xfs", RELEASE, patches(series)).of(one)}
    assert any(f"findings/{page}" in reason for reason in stock)
    assert not any(f"findings/{page}" in reason for reason in fixed)


def test_every_series_that_is_a_fix_of_a_finding_is_named_by_what_forgives_that_finding() -> None:
    told = {name for one in load_scenarios().values() for rule in one.documented.values() for name in rule.fixed_by}
    told |= {name for each in load_pairs_file().documented for name in each.fixed_by}
    fixes = {name for name in series_names() if "docs/findings/" in load_series(series_folder(name)).intent}
    assert told == fixes
