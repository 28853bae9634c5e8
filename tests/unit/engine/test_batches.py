# SPDX-License-Identifier: GPL-2.0-only
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config.loader import load_scenarios
from harness.config.scenario import Scenario
from harness.engine.batches import WORTH, batches, by_image, cost
from tests.fakes.records import scenario

FAULT = "read-fault"
some = st.lists(
    st.builds(
        lambda number, actors, bound: scenario(f"s{number}", (FAULT,) * actors, bound=bound),
        st.integers(0, 99), st.integers(2, 4), st.integers(0, 2),
    ),
    max_size=12, unique_by=lambda each: each.name,
)  # fmt: skip


@given(some, st.integers(1, 4))
def test_every_scenario_is_in_exactly_one_batch_in_the_given_order(scenarios: list[Scenario], count: int) -> None:
    parts = batches(scenarios, count)
    assert sorted(each.name for part in parts for each in part) == sorted(each.name for each in scenarios)
    assert all(part for part in parts) and len(parts) <= count
    for part in parts:
        assert [each for each in scenarios if each in part] == list(part)


@given(some)
def test_the_order_of_scenarios_does_not_change_which_ones_share_a_guest(scenarios: list[Scenario]) -> None:
    def grouped(some: list[Scenario]) -> set[frozenset[str]]:
        return {frozenset(each.name for each in part) for part in batches(some)}

    assert grouped(scenarios) == grouped(scenarios[::-1])


@given(some)
def test_no_batch_is_heavier_than_the_others_by_more_than_one_scenario(scenarios: list[Scenario]) -> None:
    loads = [sum(map(cost, part)) for part in batches(scenarios)]
    if len(loads) == 2:
        assert abs(loads[0] - loads[1]) <= max(map(cost, scenarios))


@pytest.mark.parametrize(("actors", "bound", "expected"), [(2, 0, 2), (2, 1, 92), (2, 2, 4142), (3, 0, 6), (3, 1, 546)])
def test_cost_counts_orders_and_stops(actors: int, bound: int, expected: int) -> None:
    assert cost(scenario(ops=(FAULT,) * actors, bound=bound)) == expected


def test_the_scenarios_of_the_project_are_split_about_evenly() -> None:
    usual = [each for each in load_scenarios().values() if each.mount is None and each.size == "4K"]
    one, other = (sum(map(cost, part)) for part in batches(usual))
    assert 0.5 < one / other < 2


@given(some)
def test_no_guest_is_booted_for_less_than_its_boot_is_worth_but_the_only_one(scenarios: list[Scenario]) -> None:
    parts = batches(scenarios)
    assert len(parts) < 2 or sum(map(cost, scenarios)) >= WORTH * len(parts)


def test_two_short_scenarios_share_a_guest() -> None:
    every = load_scenarios()
    assert (
        len(
            batches(
                [
                    every["read-write-hole"].model_copy(update={"bound": 1}),
                    every["fsync-write"].model_copy(update={"bound": 1}),
                ]
            )
        )
        == 1
    )


def test_no_scenarios_give_no_batches() -> None:
    assert batches([]) == []


def test_scenarios_of_two_file_systems_never_share_a_guest() -> None:
    every = list(load_scenarios().values())[:4]
    mixed = [*every[:2], *(each.model_copy(update={"mount": "xfs-dax"}) for each in every[2:])]
    parts = batches(mixed)
    assert all(len({scenario.mount for scenario in part}) == 1 for part in parts)
    assert [scenario.name for part in parts for scenario in part] != []
    assert sum(len(part) for part in parts) == 4


def test_a_scenario_without_a_mount_shares_a_guest_with_those_that_name_the_guests_own() -> None:
    some = [
        scenario("a"),
        scenario("b", mount="xfs-dax"),
        scenario("c", mount="ext4-dax"),
        scenario("d"),
        scenario("e"),
    ]
    assert [[each.name for each in part] for part in batches(some)] == [["a", "c", "d", "e"], ["b"]]
    assert by_image(some[:2], "xfs") == {"xfs": some[:2]}


def test_pages_of_2_mib_never_share_a_guest_of_xfs_with_others_and_come_behind_them() -> None:
    some = [scenario("a", size="2M"), scenario("b"), scenario("c", size="2M", mount="xfs-dax")]
    assert by_image(some, "xfs") == {"xfs": [some[1]], "xfs-aligned": [some[0], some[2]]}
    assert by_image(some, "ext4") == {"ext4": some[:2], "xfs-aligned": [some[2]]}


def test_pages_of_2_mib_have_a_guest_of_their_own() -> None:
    usual = [each for each in load_scenarios().values() if each.mount is None]
    parts = batches(usual)
    assert [{scenario.size for scenario in part} for part in parts] == [{"4K"}, {"4K"}, {"2M"}]
    assert sum(len(part) for part in parts) == len(usual)
