# SPDX-License-Identifier: GPL-2.0-only
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import cli, folders, progress

BROKEN = """
import time
NAME = {name!r}
HELP = "does what the test wants"
{more}
def add_arguments(parser):
    parser.add_argument("--flag", action="store_true")
def run(args):
    {body}
"""


@pytest.fixture
def verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Adds a verb, as anybody does: by a file beside the others."""
    import harness.commands

    monkeypatch.setattr(cli, "COMMANDS", tmp_path)
    monkeypatch.setattr(harness.commands, "__path__", [str(tmp_path)])

    def add(name: str, body: str, more: str = "") -> None:
        (tmp_path / f"{name.replace('-', '_')}.py").write_text(BROKEN.format(name=name, body=body, more=more))
        monkeypatch.delitem(sys.modules, f"harness.commands.{name.replace('-', '_')}", raising=False)

    return add


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_a_file_is_a_verb_and_its_value_is_the_status(verb, capsys: pytest.CaptureFixture[str]) -> None:
    verb("try-it", "return 4 if args.flag else 0")
    assert cli.main(["try-it"]) == 0
    assert cli.main(["try-it", "--flag"]) == 4
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "try-it" in capsys.readouterr().out


@pytest.mark.parametrize(("error", "status"), [("BadInput", 2), ("LabBroke", 3), ("KernelFailed", 1)])
def test_an_error_is_one_line_and_its_status(verb, capsys: pytest.CaptureFixture[str], error: str, status: int) -> None:
    verb("tell", f"from harness.errors import {error}; raise {error}('lab.yaml:3: no')")
    assert cli.main(["tell"]) == status
    assert said(capsys) == "lab: lab.yaml:3: no\n"


def test_verbose_says_where_an_error_came_from(verb, capsys: pytest.CaptureFixture[str]) -> None:
    verb("tell", "from harness.errors import BadInput; raise BadInput('no')")
    assert cli.main(["tell", "-v"]) == 2
    text = said(capsys)
    assert "Traceback" in text
    assert text.endswith("lab: no\n")


def test_a_bug_of_the_lab_is_never_a_verdict_on_the_kernel(verb, capsys: pytest.CaptureFixture[str]) -> None:
    verb("bug", "return {}['x']")
    assert cli.main(["bug"]) == 3
    assert said(capsys).splitlines()[-1] == "lab: a bug of the lab itself: KeyError: 'x'"


@pytest.mark.parametrize("number", ["ENOSPC", "EROFS", "EACCES"])
def test_a_disk_that_cannot_be_written_is_told_in_a_line_and_is_no_bug(
    verb, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    verb("full", f"import errno, os; raise OSError(errno.{number}, os.strerror(errno.{number}), '/x/runs/1')")
    assert cli.main(["full"]) == 3
    (line,) = said(capsys).splitlines()
    assert f"{os.strerror(getattr(errno, number))}: /x/runs/1: the lab writes run folders ({folders.runs()})" in line


def test_ctrl_c_is_130(verb, capsys: pytest.CaptureFixture[str]) -> None:
    verb("wait", "raise KeyboardInterrupt")
    assert cli.main(["wait"]) == 130
    assert said(capsys) == "lab: interrupted\n"


def test_a_verb_that_cannot_be_imported_does_not_spoil_the_others(verb) -> None:
    verb("good", "return 0")
    verb("bad", "return 0", more="import no_such_library")
    assert cli.main(["good"]) == 0
    assert cli.main(["bad"]) == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["tryy"], "lab: no verb is called `tryy`, did you mean `try`? there are try"),
        (["xyz"], "lab: no verb is called `xyz`; there are try"),
        (["try", "--flug"], "lab: `lab try` does not know `--flug`; `lab try --help` shows what there is"),
        (["try", "--config"], "lab: argument --config: expected one argument; `lab try --help` shows what there is"),
        (["try", "-vq"], "lab: argument -q/--quiet: not allowed with argument -v/--verbose"),
        (["--flag", "try"], "lab: "),
    ],
)
def test_a_wrong_command_line_is_one_line_and_2(
    verb, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    verb("try", "return 0")
    assert cli.main(words) == 2
    text = said(capsys)
    assert text.startswith(sentence)
    assert text.count("\n") == 1


def test_no_verb_shows_the_help_and_ends_with_2(verb, capsys: pytest.CaptureFixture[str]) -> None:
    verb("try", "return 0")
    assert cli.main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: lab" in err
    assert err.endswith("lab: a verb is missing; there are try\n")


def test_words_are_passed_on_only_by_verbs_that_want_them(verb) -> None:
    verb("pass", "return 0 if args.rest == ['-k', 'x', 'tests'] else 1", more="PASSES_ON = True")
    assert cli.main(["pass", "-k", "x", "tests"]) == 0


def test_every_verb_takes_config_and_volume(verb) -> None:
    verb("show", "from harness import progress; return 10 * len(args.config.name) + progress._level")
    assert cli.main(["show"]) == 10 * len("lab.yaml") + progress.Level.NORMAL
    assert cli.main(["show", "-q", "--config", "a.yaml"]) == 60 + progress.Level.QUIET
    assert cli.main(["show", "-v"]) == 80 + progress.Level.VERBOSE


def test_the_real_verbs_have_what_the_parser_wants() -> None:
    for name in cli.verbs():
        command = cli.load(name)
        assert name == command.NAME
        assert command.HELP and not command.HELP.endswith(".")
        with pytest.raises(SystemExit) as caught:
            cli.make_parser([name]).parse_args([name, "--help"])
        assert caught.value.code == 0


def run_lab(*words: str, **more: object) -> "subprocess.Popen[str]":
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": folders.PROJECT}
    return subprocess.Popen([sys.executable, "-m", "harness", *words], **{**pipes, **more})  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("words", [("schema",), ("doctor", "--json")], ids=["long", "short"])
def test_a_reader_that_stops_early_is_told_by_the_status_alone(words: tuple[str, ...]) -> None:
    child = run_lab(*words)
    assert child.stdout and child.stderr
    child.stdout.close()
    assert child.wait(20) == 128 + signal.SIGPIPE
    assert child.stderr.read() == ""


def test_another_pipe_that_breaks_is_a_bug_and_never_a_pass(verb, capsys: pytest.CaptureFixture[str]) -> None:
    verb("pipe", "raise BrokenPipeError(32, 'Broken pipe')")
    assert cli.main(["pipe"]) == 3
    assert said(capsys).splitlines()[-1] == "lab: a bug of the lab itself: BrokenPipeError: [Errno 32] Broken pipe"


def test_a_start_loads_no_heavy_library() -> None:
    script = "import sys; from harness import cli; cli.make_parser(cli.verbs()); print(' '.join(sys.modules))"
    output = subprocess.run(
        [sys.executable, "-c", script], cwd=folders.PROJECT, capture_output=True, text=True, check=True
    )
    loaded = set(output.stdout.split())
    assert not loaded & {"numpy", "scipy", "matplotlib", "paramiko", "fabric", "capstone", "pydantic", "rich", "jinja2"}


def test_a_terminated_lab_cleans_up_on_its_way_out(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib\nfrom harness import cli\n"
        "def work(words):\n"
        "    try:\n        pathlib.Path('began').touch(); time.sleep(60)\n"
        "    finally:\n        pathlib.Path('cleaned').touch()\n"
        "cli._run = work\nsys.exit(cli.main([]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(folders.PROJECT)}
    child = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    while not (tmp_path / "began").exists():
        time.sleep(0.02)
    child.send_signal(signal.SIGTERM)
    _, told = child.communicate(timeout=20)
    assert (child.returncode, told) == (128 + signal.SIGTERM, b"lab: terminated\n")
    assert (tmp_path / "cleaned").exists()
