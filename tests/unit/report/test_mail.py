# SPDX-License-Identifier: GPL-2.0-only
import shlex
from dataclasses import replace

import pytest

from harness.report.mail import MAX_DRAWN, WIDTH, render_mail
from harness.results.run import Run
from harness.verdict.judge import judged
from tests.fakes import results as fakes


def failing() -> Run:
    """A run in which both kernels fail in the same scenarios."""
    run = fakes.run()
    results = [fakes.swept(fake, kernel, fake.judge) for kernel in (fakes.BROKEN, fakes.STOCK) for fake in fakes.FAKES]
    return judged(replace(run, results=tuple(results)))


def command(text: str, begins: str) -> str:
    """A command of the mail as a shell reads it: backslashes at the ends of lines join them."""
    joined = text.replace("\\\n", "")
    return " ".join(next(line for line in joined.splitlines() if line.strip().startswith(begins)).split())


@pytest.mark.parametrize("run", [judged(fakes.run()), failing()])
def test_no_line_is_longer_than_72_columns_and_all_is_ascii(run: Run) -> None:
    text = render_mail(run)
    assert max(map(len, text.splitlines())) <= WIDTH and text.isascii()
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_it_says_verdict_kernels_windows_interleaving_and_reproduce_in_this_order() -> None:
    text = render_mail(judged(fakes.run()))
    order = [
        "PASS: `stock` is silent", "without: unlocked-eio, 6.1.170 + fault-locking/locking-and-eio v1",
        "with: stock, 6.1.170", "write-read-hole, failing of run schedules:",
        "fs/dax.c:573 to 889, 12 points wide", "closed on stock", "A: write-fault", "-- preempted here --",
        "./lab replay 7", "Reproduce:", "Tested-by:",
    ]  # fmt: skip
    places = [text.index(each) for each in order]
    assert places == sorted(places)


def test_the_interleaving_has_two_columns() -> None:
    lines = render_mail(judged(fakes.run())).splitlines()
    head = next(line for line in lines if line.startswith("A: write-fault"))
    column = head.index("B: read-fault")
    second = [
        line for line in lines if line.startswith(" " * column) and line[column : column + 15] == "dax_iomap_fault"
    ]
    assert second


def test_what_fails_on_the_tested_kernel_comes_first() -> None:
    run = fakes.run()
    fsync = fakes.swept(fakes.FAKES[2], fakes.STOCK, fakes.FAKES[2].judge)
    results = tuple(
        fsync if (each.scenario, each.kernel) == (fsync.scenario, fsync.kernel) else each for each in run.results
    )
    text = render_mail(judged(replace(run, results=results)))
    assert text.index("\nfsync-write, failing") < text.index("\nwrite-read-hole, failing")
    assert "Tested-by" not in text


def test_few_interleavings_are_drawn_and_the_windows_of_the_others_told() -> None:
    text = render_mail(failing())
    assert text.count("failing of run schedules") == 4
    assert text.count("./lab replay") == MAX_DRAWN


def test_commands_can_be_pasted_into_a_shell() -> None:
    long = "./lab run --scenario=" + ",".join(f"read-write-hole-{number}" for number in range(30)) + " --bound=2 'a b'"
    text = render_mail(judged(replace(fakes.run(), reproduce=long)))
    assert shlex.split(command(text, "./lab run")) == shlex.split(long)
    assert max(map(len, text.splitlines())) <= WIDTH
    replay = shlex.split(command(text, "./lab replay"))
    assert replay[:3] == ["./lab", "replay", "7"] and replay[3].startswith("AB A@")


def test_a_count_is_not_torn_from_its_bound() -> None:
    for line in render_mail(judged(fakes.run())).splitlines():
        assert not line.rstrip().endswith(("c=0", "c=1", "c=2"))


def test_the_tag_states_name_and_bound() -> None:
    last = render_mail(judged(fakes.run()), "A Tester <a@example.org>").splitlines()[-1]
    assert last == "Tested-by: A Tester <a@example.org> # at most 1 to 2 preemptive stops"


def test_without_a_verdict_it_says_so() -> None:
    assert render_mail(fakes.run()).startswith("No verdict.")
