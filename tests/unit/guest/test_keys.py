# SPDX-License-Identifier: GPL-2.0-only
"""Keys in the forms that dropbear, sshd and paramiko read."""

import base64
import io
import shutil
import subprocess
from pathlib import Path

import paramiko
import pytest

from harness.guest.keys import KeyPair


def test_each_key_is_a_new_one() -> None:
    assert KeyPair.generate() != KeyPair.generate()


def test_paramiko_reads_back_the_same_key() -> None:
    pair = KeyPair.generate()
    key = paramiko.Ed25519Key(file_obj=io.StringIO(pair.openssh_private()))
    assert key.asbytes() == pair.blob()


def test_the_line_for_authorized_keys_holds_the_public_half_only() -> None:
    pair = KeyPair.generate()
    kind, blob, _comment = pair.openssh_public().split()
    assert (kind, base64.b64decode(blob)) == ("ssh-ed25519", pair.blob())
    assert pair.private not in base64.b64decode(blob)


@pytest.mark.skipif(not shutil.which("dropbearkey"), reason="needs dropbear-bin")
def test_dropbear_reads_its_form_as_the_same_key(tmp_path: Path) -> None:
    pair = KeyPair.generate()
    file = tmp_path / "key"
    file.write_bytes(pair.dropbear())
    shown = subprocess.run(["dropbearkey", "-y", "-f", file], capture_output=True, text=True, check=True).stdout
    assert pair.openssh_public().split()[1] in shown
