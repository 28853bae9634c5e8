# SPDX-License-Identifier: GPL-2.0-only
"""Crash images are spread over guests; what is found stays found whatever becomes of the other guests."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.kernel.artefacts import Kernel
from harness.powercut import examiner, images
from harness.powercut.cases import Case, cases
from harness.powercut.examiner import Examiner
from harness.powercut.medium import PAGE
from tests.fakes.boots import Boots, scripted_qemu, until_recorded
from tests.fakes.media import cut, moment, template
from tests.fakes.records import boot, line, panics

Make = Callable[..., Examiner]

BYE = line("bye", missed=0)
SILENT = "forever\n"
BAD = "the racer's trouble"


def mounted(stamp: int, value: int = 0x482) -> list[str]:
    """A guest with one image mounts it; A's sync promised 0x482."""
    seen = line("rebooted", n=0, mount=0, umount=0, open=0, size=4096, w=[value])
    return [line("image", n=0, stamp=stamp), seen]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """An examiner with one image a guest; the first boot of part N does what the N-th script says."""
    scripted_qemu(tmp_path, monkeypatch)
    (tmp_path / "programs" / "e2fsck").symlink_to("/bin/true")
    (tmp_path / "base").write_bytes(b"")
    monkeypatch.setattr(examiner, "PER_BOOT", 1)
    kernel = Kernel("stock", "key", tmp_path, "6.1.192", "0b" * 20)

    def with_(scripts: dict[str, Sequence[str]], deadline: Deadline | None = None) -> Examiner:
        for part, script in scripts.items():
            Boots(tmp_path).follow(script, part)
        bare = images.bare_template(template(tmp_path), tmp_path / "bare")
        deadline = deadline or Deadline.after(60)
        return Examiner(kernel, GuestSpec(), tmp_path / "base", bare, tmp_path / "run" / "guests", deadline)

    return with_


def three(folder: Path) -> list[Case]:
    """Three images."""
    moments = [moment(f"m{at}", pages={at: bytes([at]) * PAGE}) for at in range(1, 4)]
    return cases([cut(*moments)], template(folder), 1)


def test_failures_are_in_the_order_of_the_images_whichever_guest_ends_first(make: Make, tmp_path: Path) -> None:
    slow = f"sleep 1\n{boot(*mounted(0, 1), BYE)}"
    found = make({"reboot-0": [slow], "reboot-1": [boot(*mounted(1), BYE)], "reboot-2": [boot(*mounted(2, 1), BYE)]})
    found.examine(three(tmp_path), workers=3)
    assert [each.moment for each in found.failures] == ["m1", "m3"]
    assert (found.left, found.boots) == (0, 3)


def test_the_end_of_the_budget_leaves_images_and_breaks_nothing(make: Make, tmp_path: Path) -> None:
    begun = line("image", n=0, stamp=1)
    there = {"reboot-0": [boot(*mounted(0, 1), BYE)], "reboot-1": [boot(begun, last=SILENT)]}
    records = tmp_path / "run" / "guests" / "reboot-1" / "guest-0" / "records"
    found = make(there, until_recorded(records, begun))
    found.examine(three(tmp_path), workers=1)
    assert [each.moment for each in found.failures] == ["m1"]
    assert (found.left, found.boots) == (2, 2)


def test_a_guest_that_breaks_takes_no_failure_of_another_away(make: Make, tmp_path: Path) -> None:
    broken = f"sleep 2\n{boot(line('broken', why=BAD, errno=2, error='ENOENT'))}"
    found = make({"reboot-0": [broken], "reboot-1": [boot(*mounted(1, 1), BYE)], "reboot-2": [boot(*mounted(2), BYE)]})
    with pytest.raises(LabBroke, match=BAD):
        found.examine(three(tmp_path), workers=2)
    assert [each.moment for each in found.failures] == ["m2"]


def test_a_failure_stays_though_a_later_guest_of_the_same_images_breaks(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examiner, "PER_BOOT", 3)
    dies = boot(line("image", n=0, stamp=0), last=panics(""))
    found = make({"reboot-0": [dies, boot(line("broken", why=BAD, errno=2, error="ENOENT"))]})
    with pytest.raises(LabBroke, match=BAD):
        found.examine(three(tmp_path))
    assert [each.wrong[0].fault for each in found.failures] == ["crash"]


# Keeps a digest of the image that it is given, and spoils it as a mount that is cut short may.
SPOILS = """#!/bin/sh
for word; do
	case $word in *mem-path=*) image=${word#*mem-path=} ;; esac
done
image=${image%%,*}
sha256sum <"$image" >>"$(dirname "$0")/digests"
echo spoilt >"$image"
exec "$(dirname "$0")/qemu" "$@"
"""


def test_an_image_is_booted_once_more_as_it_was_at_first(make: Make, tmp_path: Path) -> None:
    found = make({"reboot-0": [boot(line("image", n=0, stamp=0), last=SILENT), boot(*mounted(0), BYE)]})
    programs = tmp_path / "programs"
    (programs / "qemu-system-x86_64").rename(programs / "qemu")
    (programs / "qemu-system-x86_64").write_text(SPOILS)
    (programs / "qemu-system-x86_64").chmod(0o755)
    found.examine(three(tmp_path)[:1])
    one, other = (programs / "digests").read_text().splitlines()
    assert one == other
    assert (found.failures, found.left, found.boots) == ([], 0, 2)
    assert not list((tmp_path / "run").rglob("image*")), "none stays behind"
