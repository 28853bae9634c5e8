# SPDX-License-Identifier: GPL-2.0-only
"""ssh(1) itself reads the files, and finds the server that it is told of."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.guest.keys import KeyPair
from harness.guest.login import KEY, login
from tests.fakes.ssh_server import ssh_server


@pytest.mark.skipif(not shutil.which("ssh"), reason="needs ssh")
def test_the_command_logs_in_and_the_keys_are_gone_behind_it(tmp_path: Path) -> None:
    place = tmp_path / "a run's folder"
    place.mkdir()
    host, client = KeyPair.generate(), KeyPair.generate()
    with ssh_server(host, client) as port, login(place, port, host, client) as command:
        assert (place / KEY).stat().st_mode & 0o777 == 0o600
        done = subprocess.run([*shlex.split(command), "echo here"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "here\n"), done.stderr
    assert list(place.iterdir()) == []


@pytest.mark.skipif(not shutil.which("ssh"), reason="needs ssh")
def test_another_server_at_that_port_is_refused(tmp_path: Path) -> None:
    host, client, other = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()
    with ssh_server(other, client) as port, login(tmp_path, port, host, client) as command:
        done = subprocess.run([*shlex.split(command), "true"], capture_output=True, text=True, check=False)
    assert done.returncode == 255 and "Host key verification failed" in done.stderr
