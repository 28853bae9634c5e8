# SPDX-License-Identifier: GPL-2.0-only
"""What goes into a guest that is to be spoken to."""

import shutil
import socket
from pathlib import Path

import pytest

from harness.guest import accel, session
from harness.guest.keys import KeyPair
from harness.guest.session import Wish
from harness.image import racer


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", session.free_port())):
        pass


@pytest.mark.skipif(not (shutil.which("dropbear") and shutil.which("busybox")), reason="needs dropbear and busybox")
def test_the_guest_gets_its_keys_and_modules_but_never_the_labs_private_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = Path(__file__).parents[1] / "image" / "stub_racer"
    build = racer.build_racer
    monkeypatch.setattr(racer, "build_racer", lambda: build(stub, stub))
    monkeypatch.setattr(accel, "probe", lambda: "tcg")
    module = tmp_path / "x.ko"
    module.write_bytes(b"the module's bytes")
    host, client = KeyPair.generate(), KeyPair.generate()
    wish = Wish(tmp_path / "bzImage", modules={"dirty-tags": module})
    boot = session.plan(wish, tmp_path)
    session._prepare(boot, wish, host, client)
    archive = boot.initramfs.read_bytes()
    assert all(part in archive for part in (host.dropbear(), client.openssh_public().encode(), module.read_bytes()))
    assert client.private not in archive
    assert boot.nvdimms[0].image.stat().st_size == 128 << 20
