# SPDX-License-Identifier: GPL-2.0-only
"""Archives are what cpio reads, and the same bytes from the same input."""

import shutil
import subprocess

import pytest

from harness.image import cpio

MEMBERS = [
    cpio.regular("usr/bin/tool", b"12345", 0o755),
    cpio.symlink("bin/sh", "busybox"),
    cpio.character_device("dev/console", 5, 1),
    cpio.directory("mnt"),
]


def test_the_order_of_the_input_does_not_matter() -> None:
    assert cpio.archive(MEMBERS) == cpio.archive(reversed(MEMBERS))


def test_archives_can_be_joined_as_each_ends_on_a_word() -> None:
    assert len(cpio.archive(MEMBERS)) % 4 == 0


def test_one_name_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="mnt"):
        cpio.archive([*MEMBERS, cpio.directory("mnt")])


@pytest.mark.skipif(not shutil.which("cpio"), reason="needs cpio")
def test_cpio_lists_members_parents_modes_and_devices() -> None:
    done = subprocess.run(["cpio", "-itv"], input=cpio.archive(MEMBERS), capture_output=True, check=True)
    rows = {line.split()[-1]: line.split() for line in done.stdout.decode().splitlines()}
    assert list(rows) == ["bin", "busybox", "dev", "dev/console", "mnt", "usr", "usr/bin", "usr/bin/tool"]
    assert rows["usr/bin/tool"][0] == "-rwxr-xr-x"
    assert rows["usr/bin/tool"][4] == "5"
    assert rows["dev/console"][0] == "crw-------"
    assert rows["dev/console"][4:6] == ["5,", "1"]
