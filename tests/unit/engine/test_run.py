# SPDX-License-Identifier: GPL-2.0-only
"""A whole `lab run` on two prebuilt kernels whose guests follow scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.engine.experiment import Choice, resolve
from harness.engine.run import Manner
from harness.engine.run import perform as performed
from harness.errors import ExitStatus
from harness.image.content import digest
from harness.kernel import artefacts
from harness.kernel.build_id import build_id
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.sweep.records import Kind
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import BAD, GOOD, NAME, UNBOOTED, costly, guest
from tests.fakes.records import boot, line, passed
from tests.unit.kernel.test_locks import another_lab

Perform = Callable[..., Run]


@pytest.fixture
def perform(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Perform:
    """Runs the experiment with these scripts for the kernel without, and the kernel with."""
    prebuilt.supplied(tmp_path, monkeypatch)
    return lambda without, with_, costs=(): prebuilt.perform(kernels, without, with_, costs)


def test_a_kernel_with_that_fails_is_told_with_its_schedule_and_fails_the_run(perform: Perform) -> None:
    run = perform([GOOD], [BAD])
    result = run.result(NAME, "stock")
    assert result is not None
    assert (result.failing, result.broken) == ({1: 1}, "")
    assert result.outcomes[0].violations[0].kind is Kind.SIGBUS
    assert result.outcomes[0].schedule.stops[0].function
    assert run.verdict is not None
    assert run.verdict.status == ExitStatus.KERNEL_FAILED


def test_the_run_folder_holds_what_the_run_was(perform: Perform, kernels: Path) -> None:
    run = perform([BAD], [GOOD])
    folder = RunFolder.open("last")
    assert folder.load() == run
    assert {"results.json", "verdict.json", "junit.xml", "reproduce", "kernels", "guests"} <= {
        path.name for path in folder.path.iterdir()
    }
    for name in ("stock", "other"):
        assert (folder.path / "kernels" / name / "config").read_text() == (kernels / name / ".config").read_text()
    assert not list(folder.path.rglob("initramfs"))
    assert len(list(folder.path.rglob("console.log"))) == 2


def test_the_verdict_is_told_and_recorded_before_the_report_is_drawn(perform: Perform, kernels: Path) -> None:
    perform([GOOD], [BAD])
    told = []

    def tell(folder: RunFolder, run: Run) -> None:
        told.append((run.verdict and run.verdict.word, sorted(path.name for path in folder.path.glob("*.[hj]*"))))

    prebuilt.follow(kernels, [GOOD], [BAD])
    folder, _run = performed(resolve(Choice(kernels / "lab.yaml")), Manner(tell=tell))
    assert [word for word, _names in told] == ["FAIL"]
    assert "verdict.json" in told[0][1]
    assert "report.html" not in told[0][1]
    assert (folder.path / "report.html").is_file()


def test_a_run_knows_kernels_points_and_what_it_ran_with(perform: Perform) -> None:
    run = perform([GOOD], [BAD])
    assert [(info.name, info.side, info.build_id, info.state) for info in run.kernels] == [
        ("other", "without", "0a" * 20, "booted"), ("stock", "with", "0b" * 20, "booted"),
    ]  # fmt: skip
    assert run.plan.units == ("fs/dax.c",)
    assert run.points["stock"]
    assert (run.accel, run.environment["qemu"]) == ("tcg", "QEMU emulator version 7.2.17")
    assert run.environment.keys() == {"qemu", "compiler", "host"}


def test_the_guests_job_names_the_build_id_of_its_own_kernel(perform: Perform, kernels: Path) -> None:
    perform([GOOD], [GOOD])
    assert Boots(kernels / "other").job(0)[0] == "build-id " + "0a" * 20
    assert Boots(kernels / "stock").job(0)[0] == "build-id " + "0b" * 20


def test_a_kernel_none_of_whose_guests_boots_is_told_so(perform: Perform) -> None:
    run = perform([GOOD], [UNBOOTED])
    info = run.kernel("with")
    assert info is not None
    assert info.state == "no-boot"
    assert "no DAX here" in info.detail
    assert run.verdict is not None
    assert run.verdict.status == ExitStatus.KERNEL_FAILED


def test_neither_kernel_booting_is_the_labs_fault(perform: Perform) -> None:
    run = perform([UNBOOTED], [UNBOOTED])
    assert run.verdict is not None
    assert run.verdict.status == ExitStatus.LAB_BROKE


def test_a_broken_canary_is_no_verdict_on_the_kernel(perform: Perform) -> None:
    broken = line("broken", why="canary: actor 0 stopped at point 2", errno=0, error="Success")
    run = perform([GOOD], [boot(broken)])
    assert run.verdict is not None
    assert run.verdict.status == ExitStatus.LAB_BROKE


def test_what_the_kernel_said_is_a_finding_of_its_scenario(perform: Perform) -> None:
    words = [
        "------------[ cut here ]------------",
        "WARNING: CPU: 0 PID: 61 at fs/dax.c:372 dax_insert_entry+0x9d/0xb0",
    ]
    messages = [line("k", l=4, us=1000000 + at, m=text) for at, text in enumerate([*words, "---[ end trace 0 ]---"])]
    run = perform([GOOD], [guest(passed("AB"), *messages, passed("BA"))])
    (found,) = run.findings
    assert (found.kernel, found.mode, found.scenario, found.finding.kind) == ("stock", "sweep", NAME, Kind.WARN)


def test_the_cost_of_the_kernel_with_is_measured_if_asked_for_and_decides_nothing(perform: Perform) -> None:
    run = perform([BAD], [GOOD], [costly(1), costly(3)])
    assert run.cost is not None
    assert (run.cost.before, run.cost.after, run.cost.missing) == ("other", "stock", "")
    median = next(each for each in run.cost.changes if each.quantity == "median latency")
    assert (median.operation, median.before, median.after, median.word) == ("read-fault, hole", 1.0, 3.0, "slower")
    assert run.verdict is not None
    assert run.verdict.status != ExitStatus.KERNEL_FAILED
    assert [each for each in run.verdict.findings if each.startswith("cost: `stock` against `other`: slower")]
    assert "--cost" in run.reproduce
    assert RunFolder.open("last").load() == run


def test_a_cost_that_cannot_be_measured_says_why_and_is_no_figure(perform: Perform) -> None:
    gone = boot(line("broken", why="cannot prepare the file", errno=28, error="No space left on device"))
    run = perform([BAD], [GOOD], [costly(1), gone])
    assert run.cost is not None
    assert run.cost.changes == ()
    assert "stock: what faults cost could not be measured" in run.cost.missing
    assert "cannot prepare the file (No space left on device)" in run.cost.missing
    assert run.verdict is not None
    assert any("not measured" in each for each in run.verdict.findings)


def test_a_run_has_no_cost_that_was_not_asked_for(perform: Perform) -> None:
    assert perform([BAD], [GOOD]).cost is None


def test_a_budget_that_another_lab_uses_up_makes_a_run_that_says_nothing_and_no_broken_lab(
    kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prebuilt.supplied(tmp_path, monkeypatch)
    folder = kernels / "stock"
    key = digest("prebuilt", build_id(folder / "vmlinux"), folder / ".config", folder / "bzImage")
    with another_lab(artefacts.entry(key)):
        made, run = performed(resolve(Choice(kernels / "lab.yaml", budget=0.6)))
    assert run.verdict and run.verdict.status == ExitStatus.INCONCLUSIVE
    assert "`stock` was not run (the budget ended: another lab was at work there" in run.verdict.sentence
    assert {kernel.name: kernel.state for kernel in run.kernels}["stock"] == "not-run"
    assert any("while another lab was at work on the same kernels" in each for each in run.verdict.findings)
    assert RunFolder.open(str(made.number)).load() == run
