# SPDX-License-Identifier: GPL-2.0-only
"""From the command line to the guest that is wanted."""

import argparse
from pathlib import Path

import pytest

from harness import cli
from harness.commands import exec as exec_verb
from harness.errors import BadInput
from harness.guest import accel, options


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, default=Path("lab.yaml"))
    exec_verb.add_arguments(parser)
    return parser.parse_args(words)


@pytest.fixture
def bzimage(tmp_path: Path) -> Path:
    path = tmp_path / "bzImage"
    path.touch()
    return path


def test_options_go_over_the_defaults(bzimage: Path) -> None:
    wish = options.wish(parsed("--bzimage", str(bzimage), "--cpus", "3", "--memory", "1G", "--append", "a=1 b"))
    assert (wish.cpus, wish.memory, wish.arguments, wish.filesystem) == (3, 1 << 30, ("a=1", "b"), "ext4")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--bzimage", "/no/such"], "there is no file /no/such"),
        (["--bzimage", "{}", "--cpus", "65"], "--cpus: 65"),
        (["--bzimage", "{}", "--cpus", "0"], "--cpus: 0"),
        (["--bzimage", "{}", "--memory", "much"], "--memory: `much`"),
    ],
)
def test_wrong_values_name_the_option(bzimage: Path, words: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        options.wish(parsed(*[word.format(bzimage) for word in words]))


def test_a_dry_run_prints_qemus_line_and_boots_nothing(
    bzimage: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(accel, "probe", lambda: "tcg")
    assert exec_verb.run(parsed("--bzimage", str(bzimage), "--dry-run")) == 0
    line = capsys.readouterr().out
    assert line.startswith("qemu-system-x86_64 ")
    assert f"-kernel {bzimage}" in line
    assert "restrict=on" in line


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["stock", "--", "uname", "-a"], ["uname", "-a"]),
        (["--bzimage", "x", "--", "uname", "-a"], ["uname", "-a"]),
        (["stock"], []),
    ],
)
def test_the_command_is_what_stands_behind_the_dashes(words: list[str], command: list[str]) -> None:
    assert exec_verb._command(parsed(*words)) == command


@pytest.mark.parametrize(
    "words",
    [
        ["stock", "--put", "a:b", "--cpus", "2", "--", "ls", "--all"],
        ["--put", "a:b", "stock", "--cpus", "2", "--", "ls", "--all"],
        ["--put", "a:b", "--cpus", "2", "stock", "--", "ls", "--all"],
    ],
)
def test_options_stand_on_either_side_of_the_kernels_name(words: list[str]) -> None:
    args = cli._parse(["exec", *words])
    assert (args.kernel, args.put, args.cpus) == ("stock", ["a:b"], 2)
    assert exec_verb._command(args) == ["ls", "--all"]


def test_a_command_on_both_sides_of_the_dashes_is_refused() -> None:
    with pytest.raises(BadInput, match="`ls`: the command is what stands behind the two dashes, alone"):
        exec_verb._command(cli._parse(["exec", "stock", "ls", "--", "-l"]))


def test_a_shell_boots_one_kernel(bzimage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["shell", "stock", "--bzimage", str(bzimage)]) == 2
    assert "`stock` or --bzimage: a guest boots one kernel" in capsys.readouterr().err


def test_one_word_is_a_line_of_sh_and_several_are_the_words_of_a_program() -> None:
    assert exec_verb._line(["a | b"]) == "a | b"
    assert exec_verb._line(["echo", "a | b"]) == "echo 'a | b'"


def test_a_copy_is_written_from_to(tmp_path: Path) -> None:
    assert exec_verb._pair("/proc/version:here", "--get") == ("/proc/version", "here")
    with pytest.raises(BadInput, match="FROM:TO"):
        exec_verb._pair("/proc/version", "--get")
    with pytest.raises(BadInput, match="there is no /no/such"):
        exec_verb._pair("/no/such:/tmp/x", "--put")
