# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.config.units import bytes_of, seconds_of, size_text


@pytest.mark.parametrize(("text", "size"), [("4K", 4096), ("512M", 512 << 20), ("2G", 2 << 30), ("1T", 1 << 40)])
def test_sizes_count_in_powers_of_1024(text: str, size: int) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "512", "0M", "1.5G", "-1M", "512MB", " 1M", "1M\n"])
def test_what_is_no_size_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is no size: write"):
        bytes_of(text)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200)])
def test_times_are_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "0m", "1.5h", "30 m", "30min", "30m\n"])
def test_what_is_no_time_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is no length of time: write"):
        seconds_of(text)


def test_sizes_are_shown_in_the_largest_unit() -> None:
    assert [size_text(size) for size in (12, 4096, 3774874, 20 << 30)] == ["12B", "4.0K", "3.6M", "20.0G"]
