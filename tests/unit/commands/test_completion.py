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


def test_an_unknown_shell_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "fish"]) == 2
    assert "bash, zsh, tcsh" in capsys.readouterr().err.replace("'", "")
