# SPDX-License-Identifier: GPL-2.0-only
from harness.compare.rates import RateChange, judged, of_counts, of_duel, told
from harness.compare.sequential import Duel, interval


def words(*changes: RateChange) -> list[str]:
    return [each.word for each in judged(changes)]


def test_a_rate_that_fell_to_nothing_seen_is_fixed_and_one_that_fell_is_rarer() -> None:
    assert words(of_counts("s", (300, 2000), (0, 2000)), of_counts("t", (300, 2000), (20, 2000))) == ["fixed", "rarer"]


def test_a_rate_that_rose_is_regressed() -> None:
    assert words(of_counts("s", (0, 2000), (40, 2000))) == ["regressed"]


def test_two_silent_kernels_are_the_same_only_once_enough_was_raced() -> None:
    assert words(of_counts("s", (0, 2000), (0, 2000))) == ["same"]
    assert words(of_counts("s", (0, 60), (0, 60))) == ["unknown"]


def test_a_difference_that_is_none_among_many_comparisons_is_not_called_one() -> None:
    suspect = of_counts("s", (1, 100), (8, 100))
    assert 0.01 < suspect.p < 0.05
    many = [of_counts(str(number), (50, 100), (50, 100)) for number in range(9)]
    assert words(suspect) == ["regressed"]
    assert words(suspect, *many)[0] == "unknown"


def test_a_broken_one_or_one_without_races_is_unknown_and_says_why() -> None:
    broken = judged([of_duel("s", Duel(), "the guest was lost")])[0]
    assert (broken.word, str(broken)) == ("unknown", "unknown: the guest was lost")
    assert words(of_counts("s", (3, 10), (0, 0))) == ["unknown"]


def test_no_failure_is_told_as_a_bound_with_the_races_for_half_of_it() -> None:
    change = of_counts("s", (5, 640), (0, 640))
    assert told(change.after).startswith("0 of 640: below ")
    assert interval(0, change.needed).high <= change.after.high / 2
    assert told(interval(0, 0)) == "not raced"
    assert told(interval(64, 640)).startswith("64 of 640: 10% [")


def test_a_duel_gives_its_own_p() -> None:
    duel = Duel()
    duel.block((40, 128), (0, 128))
    change = of_duel("s", duel)
    assert (change.p, change.method, change.before.failed, change.after.races) == (duel.p, "sequential", 40, 128)
