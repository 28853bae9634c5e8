# SPDX-License-Identifier: GPL-2.0-only
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness import folders
from harness.compare.sides import Side, Words
from harness.config.loader import load_lab
from harness.errors import BadInput
from harness.results.folder import RunFolder
from harness.verdict.judge import judged
from tests.fakes import results

LAB = folders.PROJECT / "lab.yaml"
SERIES = "fault-locking/lock-put-back"


def sides(words: Sequence[str], on: str = "", runs: Path | None = None) -> tuple[Side, ...]:
    return Words(load_lab(LAB), LAB, on, runs).sides(words)


def refused(words: Sequence[str], **more: object) -> str:
    with pytest.raises(BadInput) as error:
        sides(words, **more)  # type: ignore[arg-type]
    return str(error.value)


def test_kernels_of_lab_yaml_are_themselves() -> None:
    one, two = sides(["unlocked", "stock"])
    assert (one.label, two.label, one.run) == ("unlocked", "stock", None)
    assert one.spec == load_lab(LAB).kernels["unlocked"]


@pytest.mark.parametrize("prefix", ["", "patches/"])
def test_a_range_of_versions_is_every_version_in_it_on_the_source_of_with(prefix: str) -> None:
    found = sides(["stock", f"{prefix}{SERIES}@v2..v4"])
    assert [side.label for side in found[1:]] == ["lock-put-back-v2", "lock-put-back-v3", "lock-put-back-v4"]
    spec = found[1].spec
    assert spec
    assert (spec.series, spec.version, spec.source) == (SERIES, "v2", load_lab(LAB).kernels["stock"].source)


def test_one_version_stands_for_itself_and_on_names_the_kernel_to_patch() -> None:
    one, two = sides([f"{SERIES}@v1", f"{SERIES}@v3"], on="unlocked")
    assert one.label == "lock-put-back-v1"
    assert two.spec
    assert two.spec.version == "v3"


def test_a_past_run_is_its_kernel_with_the_patch_unless_another_is_named(tmp_path: Path) -> None:
    RunFolder.create(tmp_path).save(judged(results.run()))
    one, two = sides(["1", "1:unlocked-eio"], runs=tmp_path)
    assert (one.label, one.kernel, one.run) == ("1:stock", "stock", tmp_path / "1")
    assert (two.label, two.kernel) == ("1:unlocked-eio", "unlocked-eio")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["stock"], "there is nothing to compare `stock` with"),
        (["stock", "stock"], "`stock` cannot be compared with itself"),
        (["stock", "fault-locking/no-such@v1"], "no series is called `fault-locking/no-such`"),
        (["stock", f"{SERIES}@v9"], "no version of fault-locking/lock-put-back is called `v9`"),
        (["stock", f"{SERIES}@v4..v1"], "v1 comes before v4; write v1..v4"),
        (["stock", "stok"], "`stok` is no kernel of"),
        (["stock", "4711"], "`4711` is no kernel of"),
    ],
)
def test_words_that_mean_nothing_are_refused_with_what_there_is(
    words: list[str], sentence: str, tmp_path: Path
) -> None:
    assert sentence in refused(words, runs=tmp_path)


def test_a_kernel_that_a_run_does_not_have_is_refused(tmp_path: Path) -> None:
    RunFolder.create(tmp_path).save(judged(results.run()))
    assert "run 1 has no kernel `stok`, did you mean `stock`?" in refused(["stock", "1:stok"], runs=tmp_path)


def test_a_kernel_to_patch_that_does_not_exist_is_refused() -> None:
    assert "--on: " in refused(["stock", f"{SERIES}@v1"], on="nowhere")
