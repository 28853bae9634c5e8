# SPDX-License-Identifier: GPL-2.0-only
"""`lab run` as typed: what it refuses, what it would do, what it says and exits with."""

import json
import shlex
from pathlib import Path

import pytest

from harness import folders, host
from harness.cli import main
from harness.results.folder import RunFolder
from tests.fakes import prebuilt
from tests.fakes.kernel import TREE
from tests.fakes.prebuilt import BAD, GOOD, NAME, UNBOOTED, compiled_pair

BUILDS = f"""\
kernels:
  stock: {{source: {{tree: {TREE}}}}}
  unlocked: {{source: {{tree: {TREE}}}, series: fault-locking/locking-only}}
scenarios: [{NAME}, fsync-write]
experiment:
  {{without: unlocked, with: stock, budget: 20m, points: {{units: [fs/dax.c]}}, stress: {{races: 9, cpus: 3}}}}
"""


@pytest.fixture
def lab(tmp_path: Path) -> list[str]:
    """The option that names a lab.yaml of two kernels built from the miniature tree."""
    (tmp_path / "lab.yaml").write_text(BUILDS)
    return ["--config", str(tmp_path / "lab.yaml")]


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_pair(tmp_path_factory.mktemp("kernels"))


@pytest.fixture
def booting(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The option that names a lab.yaml of two prebuilt kernels that the scripted QEMU boots."""
    prebuilt.scripted(tmp_path, monkeypatch)
    monkeypatch.setattr(host, "ensure", lambda *_words: None)
    return ["--config", str(kernels / "lab.yaml")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--budget", "soon"], "--budget: `soon` is no length of time: write a whole number with s, m or h, as 30m"),
        (["--budget", "0m"], "--budget: `0m` is no length of time"),
        (["--budget", "1.5h"], "--budget: `1.5h` is no length of time"),
        (["--scenario", "fsync"], "no scenario is called `fsync`; there are dontneed-fsync"),
        (["--scenario", f"{NAME},quux"], "no scenario is called `quux`; there are "),
        (["--without", "gone"], "there is no `gone`; there are stock, unlocked"),
        (["--with", "unlocked"], "`unlocked` cannot be compared with itself"),
        (["--bound", "3"], "argument --bound: invalid choice: "),
        (["--points", "lines"], "argument --points: invalid choice: 'lines'"),
        (["everything"], "`lab run` does not know `everything`"),
        (["--scenario", ","], "--scenario `,` names nothing"),
        (["--with="], "an empty word names nothing"),
        (["--prune", "--sample", "-1"], "--sample: -1 cannot be, take 1 or more"),
        (["--prune", "--sample", "0"], "--sample: 0 cannot be"),
        (["--sample", "5"], "--sample is of the schedules that --prune leaves out"),
        (["--dry-run", "--json"], "--json prints the verdict, and a --dry-run has none"),
        (["--kernel", "stock"], "--kernel needs --all-pairs"),
        (["--all-pairs", "--pick"], "--pick does not go with --all-pairs"),
        (
            ["--all-pairs", "--prepare", "dry"],
            "--prepare: pairs are on files that are written, synced, hole, read, unwritten",
        ),
        (["--prepare", "hole"], "--prepare needs --all-pairs"),
        (["--all-pairs", "--prune", "--sample", "-1"], "--sample: -1 cannot be"),
        (["--all-pairs", "--sample", "5"], "--sample is of the schedules that --prune leaves out"),
        (["--all-pairs=more", "--operations", "fsync"], "--operations: no scenario of these parts"),
    ],
)
def test_a_wrong_word_is_refused_in_one_line_and_nothing_is_run(
    lab: list[str], capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert main(["run", *lab, *words]) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1
    assert said.out == ""
    assert not folders.runs().exists()


def test_a_lab_yaml_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--config", str(tmp_path / "none.yaml"), "--dry-run"]) == 2
    assert "none.yaml" in capsys.readouterr().err


def test_a_dry_run_prints_the_plan_and_the_make_and_qemu_lines_of_every_kernel(
    lab: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *lab, "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        f"without: unlocked (tree {TREE} with series fault-locking/locking-only)",
        f"with: stock (tree {TREE})",
        "budget: 1200 s, coverage floor: 95%",
        "points: calls of fs/dax.c",
    ]
    assert "stress: 9 races a scenario on 3 CPUs, at most 10 s a scenario" in lines
    for name in ("unlocked", "stock"):
        first = lines.index(f"# {name}") + 1
        make = [shlex.split(line) for line in lines[first : first + 7]]
        assert [words[-1] for words in make[:4]] == ["tinyconfig", "lab.config", "olddefconfig", "modules"]
        assert {"vmlinux", "bzImage"} < set(make[3])
        modules = [word.rsplit("/", 1)[1] for words in make[4:] for word in words if word.startswith("M=")]
        assert modules == ["dirty-tags", "durability", "interleave"]
    assert lines[-2] == "# a sweep's guest"
    assert shlex.split(lines[-1])[0] == "qemu-system-x86_64"


def test_a_dry_run_starts_no_run_builds_nothing_and_installs_nothing(
    lab: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "ensure", lambda *_words: pytest.fail("looked for packages"))
    assert main(["run", *lab, "--dry-run"]) == 0
    assert not folders.runs().exists()
    assert {path.name for path in folders.cache().iterdir()} <= {"sources"}
    assert not (TREE / ".config").exists()


def test_a_dry_run_says_what_will_be_left_out(lab: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *lab, "--dry-run", "--pick", "--prune", "--sample", "9"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "pick: of these only the scenarios that reach what the patches touch" in lines
    assert "prune: schedules of 2 stops or more that equal another are left out, but for one of 9 of them" in lines
    assert main(["run", *lab, "--dry-run", "--all-pairs", "--operations=fsync", "--prune"]) == 0
    assert "prune: schedules of a stop or more that equal another are left out" in capsys.readouterr().out


def test_the_command_line_overrides_what_lab_yaml_says(lab: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--budget", "90s", "--points", "instructions", "--bound", "0", "--no-stress"]
    named = ["--scenario", f"write-write-hole,{NAME}", "--scenario=read-write-hole"]
    sides = ["--without", "stock", "--with", "unlocked"]
    assert main(["run", *lab, "--dry-run", *words, *named, *sides]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("without: stock ")
    assert lines[1].startswith("with: unlocked ")
    assert lines[2:4] == ["budget: 90 s, coverage floor: 95%", "points: instructions of fs/dax.c"]
    guests = [line for line in lines if line.startswith("guest ")]
    swept = {word for line in guests for word in line.split(": ")[1].split(", ")}
    assert swept == {"write-write-hole (c = 0)", f"{NAME} (c = 0)", "read-write-hole (c = 0)"}
    assert not [line for line in lines if line.startswith("stress:")]


@pytest.mark.parametrize(
    ("without", "with_", "word", "status"),
    [
        (BAD, GOOD, "PASS", 0),
        (BAD, BAD, "FAIL", 1),
        (GOOD, UNBOOTED, "FAIL", 1),
        (UNBOOTED, UNBOOTED, "BROKEN", 3),
        (GOOD, GOOD, "INCONCLUSIVE", 4),
    ],
)
def test_the_verdict_is_printed_and_is_the_exit_status(
    booting: list[str], kernels: Path, capsys: pytest.CaptureFixture[str],
    without: str, with_: str, word: str, status: int,
) -> None:  # fmt: skip
    prebuilt.follow(kernels, [without], [with_])
    assert main(["run", *booting, "--bound", "1"]) == status
    said = capsys.readouterr()
    assert f"\n{word}: " in said.out
    assert f"all of it: {RunFolder.open('last').path} (`./lab report 1`)" in said.err


def test_json_is_the_verdict_and_nothing_else(
    booting: list[str], kernels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prebuilt.follow(kernels, [GOOD], [BAD])
    assert main(["run", *booting, "--json"]) == 1
    verdict = json.loads(capsys.readouterr().out)
    assert verdict == json.loads((RunFolder.open("last").path / "verdict.json").read_text())
    assert verdict["word"] == "FAIL"


def test_packages_are_seen_to_before_anything_is_built(
    booting: list[str], kernels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(host, "ensure", lambda *words: seen.extend([*words, folders.runs().exists()]))
    prebuilt.follow(kernels, [GOOD], [GOOD])
    main(["run", *booting, "--no-install"])
    assert seen == [True, ("build", "image", "guest"), False]
