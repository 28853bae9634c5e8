# SPDX-License-Identifier: GPL-2.0-only
"""What ssh(1) needs to reach a guest: files of one boot, whose keys are made anew each time."""

import shlex
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.guest.keys import ALGORITHM, KeyPair
from harness.guest.ssh import ADDRESS

KEY, KNOWN, CONFIG = "ssh.key", "ssh.known-hosts", "ssh.config"
HOST = "guest"


@contextmanager
def login(folder: Path, port: int, host: KeyPair, client: KeyPair) -> Iterator[str]:
    """The command that logs in at ``port`` of the loopback interface; its files in ``folder`` are gone behind it."""
    folder = folder.resolve()
    known = f"[{ADDRESS}]:{port} {ALGORITHM.decode()} {b64encode(host.blob()).decode()}\n"
    options = {
        "HostName": ADDRESS, "Port": str(port), "User": "root", "IdentityFile": f'"{folder / KEY}"',
        "IdentitiesOnly": "yes", "UserKnownHostsFile": f'"{folder / KNOWN}"', "StrictHostKeyChecking": "yes",
        "LogLevel": "ERROR",
    }  # fmt: skip
    lines = [f"Host {HOST}", *(f"  {name} {value}" for name, value in options.items())]
    texts = {KEY: client.openssh_private(), KNOWN: known, CONFIG: "\n".join(lines) + "\n"}
    try:
        for name, text in texts.items():
            (folder / name).touch(mode=0o600)  # ssh refuses a key that others can read
            (folder / name).write_text(text)
        yield f"ssh -F {shlex.quote(str(folder / CONFIG))} {HOST}"
    finally:
        for name in texts:
            (folder / name).unlink(missing_ok=True)
