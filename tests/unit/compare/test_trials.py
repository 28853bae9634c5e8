# SPDX-License-Identifier: GPL-2.0-only
import random
from dataclasses import dataclass, field

from harness.compare.rates import judged
from harness.compare.trials import Trials
from harness.deadline import Deadline
from harness.sweep.records import Kind, StressResult


@dataclass
class Guests:
    """Kernels with a true rate of failure for each scenario."""

    rates: dict[tuple[str, str], float]
    lost: tuple[str, str] = ("", "")
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    draw: random.Random = field(default_factory=lambda: random.Random(5))

    def race(self, kernel: str, scenario: str, seed: int, races: int) -> StressResult:
        self.calls.append((kernel, scenario, seed))
        if (kernel, scenario) == self.lost:
            return StressResult(scenario, kernel, 2, 0, {}, 0.0, broken="the guest was lost")
        failed = sum(self.draw.random() < self.rates.get((kernel, scenario), 0.0) for _race in range(races))
        return StressResult(scenario, kernel, 2, races, {Kind.SIGBUS: failed}, 0.25, failed=failed)


def run(guests: Guests, kernels: list[str], scenarios: list[str], most: int = 2000, seed: int = 1) -> Trials:
    trials = Trials(kernels, scenarios, guests.race, most, seed)
    trials.run(Deadline())
    return trials


def test_a_clear_difference_ends_the_races_early() -> None:
    trials = run(Guests({("old", "s"): 0.3}), ["old", "new"], ["s"])
    assert trials.duels["s", "new"].races[1] <= 3 * trials.block
    assert judged(trials.changes("new"))[0].word == "fixed"


def test_two_silent_kernels_are_raced_until_the_bound_says_the_same() -> None:
    trials = run(Guests({}), ["old", "new"], ["s"])
    change = judged(trials.changes("new"))[0]
    assert change.word == "same"
    assert change.after.high < 0.05


def test_equal_rates_that_are_hard_to_bound_end_with_the_races_that_were_allowed() -> None:
    trials = run(Guests({("old", "s"): 0.5, ("new", "s"): 0.5}), ["old", "new"], ["s"], most=512)
    assert trials.duels["s", "new"].races == [512, 512]


def test_kernels_take_turns_in_an_order_drawn_anew_with_one_seed_a_round() -> None:
    guests = Guests({("old", "s"): 0.5, ("a", "s"): 0.5, ("b", "s"): 0.5})
    run(guests, ["old", "a", "b"], ["s"], most=1280)
    rounds = [guests.calls[at : at + 3] for at in range(0, len(guests.calls), 3)]
    assert all({kernel for kernel, _, _ in each} == {"old", "a", "b"} for each in rounds)
    assert all(len({seed for _, _, seed in each}) == 1 for each in rounds)
    assert len({tuple(kernel for kernel, _, _ in each) for each in rounds}) > 2


def test_the_same_seed_gives_the_same_order() -> None:
    one, two = Guests({("old", "s"): 0.5}), Guests({("old", "s"): 0.5})
    run(one, ["old", "new"], ["s", "t"], seed=7)
    run(two, ["old", "new"], ["s", "t"], seed=7)
    assert one.calls == two.calls


def test_a_kernel_whose_answer_is_known_leaves_and_the_others_go_on() -> None:
    guests = Guests({("old", "s"): 0.3, ("bad", "s"): 0.3})
    trials = run(guests, ["old", "good", "bad"], ["s"], most=1024)
    good, bad = trials.duels["s", "good"], trials.duels["s", "bad"]
    assert good.races[1] < bad.races[1] == 1024
    assert good.races[0] == good.races[1], "its opponent's later races are not its own"


def test_a_kernel_that_cannot_be_raced_is_told_and_keeps_nobody() -> None:
    guests = Guests({("old", "s"): 0.3}, lost=("new", "s"))
    trials = run(guests, ["old", "new"], ["s", "t"])
    found = judged(trials.changes("new"))
    assert (found[0].word, found[0].broken) == ("unknown", "the guest was lost")
    assert found[1].word == "same"


def test_without_the_first_kernel_nothing_is_raced_on() -> None:
    guests = Guests({}, lost=("old", "s"))
    trials = run(guests, ["old", "new"], ["s"])
    assert len(guests.calls) == 2
    assert judged(trials.changes("new"))[0].broken == "the guest was lost"


def test_a_deadline_that_has_passed_leaves_it_unknown() -> None:
    trials = Trials(["old", "new"], ["s"], Guests({}).race)
    trials.run(Deadline.after(0.0))
    assert judged(trials.changes("new"))[0].word == "unknown"
