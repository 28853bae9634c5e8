# SPDX-License-Identifier: GPL-2.0-only
"""A whole `lab run` on prebuilt kernels that cannot be swept: stress is all there is, and it never passes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.engine.experiment import Choice, resolve
from harness.engine.guests import Supplies
from harness.engine.run import perform
from harness.errors import BadInput, ExitStatus
from harness.results.run import Run
from harness.sweep.records import Kind
from tests.fakes import prebuilt, stress
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import BAD, GOOD, LAB, NAME, UNBOOTED, compiled_pair
from tests.fakes.records import begin, boot, bye, line

Race = Callable[..., Run]


def raced(**failures: int) -> str:
    totals = line("stress", name=NAME, races=64, cpus=2, seconds=0.5, failures=failures)
    return boot(begin(NAME), totals, line("done", name=NAME, status=0, signal=0), bye())


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    folder = compiled_pair(tmp_path / "kernels")
    (folder / "lab.yaml").write_text(LAB.replace("races: 0", "races: 64"))
    return folder


def without_kprobes(folder: Path) -> None:
    config = folder / ".config"
    config.write_text(config.read_text().replace("CONFIG_KPROBES=y", "# CONFIG_KPROBES is not set"))


@pytest.fixture
def race(kernels: Path, tmp_path: Path, supplies: Supplies, monkeypatch: pytest.MonkeyPatch) -> Iterator[Race]:
    """Runs the experiment with these scripts for the stress guest of each kernel."""
    prebuilt.supplied(tmp_path, monkeypatch)

    def run(without: str, with_: str) -> Run:
        stress.follow(Boots(kernels / "other"), [without], "other-stress")
        stress.follow(Boots(kernels / "stock"), [with_], "stock-stress")
        return perform(resolve(Choice(kernels / "lab.yaml")))[1]

    with stress.stress_guests(tmp_path, supplies, monkeypatch):
        yield run


@pytest.fixture
def neither(kernels: Path) -> None:
    for name in ("other", "stock"):
        without_kprobes(kernels / name)


def without_network(folder: Path) -> None:
    config = folder / ".config"
    config.write_text(config.read_text().replace("CONFIG_INET=y", "# CONFIG_INET is not set"))


def test_a_kernel_that_cannot_be_spoken_to_is_refused_where_stress_is_asked_for(kernels: Path) -> None:
    without_network(kernels / "stock")
    with pytest.raises(BadInput, match=r"^stock: it lacks CONFIG_INET, so that its guest cannot be spoken to over SSH"):
        perform(resolve(Choice(kernels / "lab.yaml")))


def test_it_is_swept_all_the_same(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prebuilt.supplied(tmp_path, monkeypatch)
    without_network(kernels / "stock")
    prebuilt.follow(kernels, [BAD], [GOOD])
    run = perform(resolve(Choice(kernels / "lab.yaml", stress=False, bound=1)))[1]
    assert run.verdict is not None
    assert run.verdict.status == ExitStatus.AS_EXPECTED


@pytest.mark.usefixtures("neither")
def test_silence_is_inconclusive_and_the_sentence_says_why(race: Race) -> None:
    verdict = race(raced(sigbus=9), raced()).verdict
    assert verdict is not None
    assert verdict.status == ExitStatus.INCONCLUSIVE
    assert "no sweep is possible, as the kernel lacks CONFIG_KPROBES" in verdict.sentence


@pytest.mark.usefixtures("neither")
def test_a_failure_is_a_failure_all_the_same(race: Race) -> None:
    run = race(raced(), raced(sigbus=9))
    assert run.verdict is not None
    assert run.verdict.status == ExitStatus.KERNEL_FAILED
    assert [each.failures for each in run.stress if each.kernel == "stock"] == [{Kind.SIGBUS: 9}]
    assert not run.results


@pytest.mark.usefixtures("neither")
def test_a_kernel_with_that_alone_does_not_boot_fails(race: Race) -> None:
    run = race(raced(), UNBOOTED)
    assert [info.state for info in run.kernels] == ["booted", "no-boot"]
    assert run.verdict is not None
    assert run.verdict.status == ExitStatus.KERNEL_FAILED


def test_the_other_kernel_is_swept_where_one_alone_cannot_be(race: Race, kernels: Path) -> None:
    without_kprobes(kernels / "stock")
    Boots(kernels / "other").follow([GOOD], "other-0")
    run = race(raced(), raced())
    assert [(result.kernel, result.complete) for result in run.results] == [("other", True)]
    assert {each.kernel for each in run.stress} == {"other", "stock"}
    assert run.verdict is not None
    assert run.verdict.status == ExitStatus.INCONCLUSIVE


@pytest.mark.usefixtures("neither")
def test_without_stress_there_is_nothing_to_run(kernels: Path) -> None:
    with pytest.raises(BadInput, match=r"lacks CONFIG_KPROBES.*leave out .*--no-stress"):
        perform(resolve(Choice(kernels / "lab.yaml", stress=False)))
