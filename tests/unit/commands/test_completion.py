# SPDX-License-Identifier: GPL-2.0-only
import subprocess

import pytest

from harness import cli


def test_bash_takes_the_script_and_completes_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    probe = '\nCOMP_WORDS=(lab do); COMP_CWORD=1; _shtab_lab; echo "${COMPREPLY[@]}"\n'
    done = subprocess.run(["bash", "-c", script + probe], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["doctor"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("new s", ["scenario", "series"]), ("run --keep", ["--keep-on-fail"]), ("replay --ke", ["--kernel", "--keep"])],
)
def test_bash_completes_what_a_verb_takes(typed: str, offered: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "bash"]) == 0
    words = typed.split()
    probe = f'\nCOMP_WORDS=(lab {typed}); COMP_CWORD={len(words)}; _shtab_lab; echo "${{COMPREPLY[@]}}"\n'
    script = capsys.readouterr().out + probe
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == sorted(offered)


def test_an_unknown_shell_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "fish"]) == 2
    assert "bash, zsh, tcsh" in capsys.readouterr().err.replace("'", "")
