# SPDX-License-Identifier: GPL-2.0-only
"""What the boots of a run have in common."""

from pathlib import Path

import pytest

from harness.config.loader import load_scenarios
from harness.config.models import GuestSpec, Nvdimm
from harness.engine.guests import Supplies, check_filesystems, fresh_nvdimms, furnished, guest_plan, mounted
from harness.errors import BadInput, LabBroke
from harness.kernel.artefacts import Kernel

SCENARIO = load_scenarios()["read-write-hole"]
ON_XFS = SCENARIO.model_copy(update={"mount": "xfs-dax"})


def kernel(folder: Path, config: str) -> Kernel:
    (folder / "config").write_text(config)
    (folder / ".config").write_text(config)
    return Kernel("stock", "key", folder, "6.1.192", "ab")


def test_a_scenario_without_a_mount_takes_the_guests_file_system() -> None:
    assert mounted(GuestSpec(filesystem="xfs"), SCENARIO).filesystem == "xfs"
    assert mounted(GuestSpec(), ON_XFS).filesystem == "xfs"


def test_a_scenario_of_2_mib_takes_an_image_with_blocks_that_it_can_map() -> None:
    huge = SCENARIO.model_copy(update={"size": "2M"})
    assert mounted(GuestSpec(filesystem="xfs"), huge).filesystem == "xfs-aligned"
    assert mounted(GuestSpec(), huge) == GuestSpec()


def test_a_kernel_without_the_file_system_is_bad_input_that_names_both(tmp_path: Path) -> None:
    built = kernel(tmp_path, "CONFIG_EXT4_FS=y\n# CONFIG_XFS_FS is not set\n")
    check_filesystems([built], [SCENARIO], GuestSpec())
    with pytest.raises(BadInput, match="scenario read-write-hole: kernel stock is built without CONFIG_XFS_FS"):
        check_filesystems([built], [ON_XFS], GuestSpec())


def test_a_guest_has_as_many_modules_as_asked_for_each_with_a_fresh_image(tmp_path: Path) -> None:
    guest = GuestSpec(nvdimm=Nvdimm(size="16M", count=2))
    plan = guest_plan("sweep", guest, tmp_path / "bzImage", tmp_path / "there", "tcg")
    assert len(plan.nvdimms) == 2
    template = tmp_path / "template"
    template.write_bytes(b"content")
    (tmp_path / "boot").mkdir()
    fresh = fresh_nvdimms(plan.nvdimms, template, tmp_path / "boot")
    assert [each.image.read_bytes() for each in fresh] == [b"content", b"content"]
    assert len({each.image for each in fresh}) == 2


def test_the_files_of_a_boot_are_there_in_the_block_and_gone_behind_it(tmp_path: Path) -> None:
    folder, base, template = tmp_path / "boot", tmp_path / "base", tmp_path / "template"
    folder.mkdir()
    base.write_bytes(b"base")
    template.write_bytes(b"content")
    plan = guest_plan("sweep", GuestSpec(), tmp_path / "bzImage", folder, "tcg")
    with pytest.raises(LabBroke), furnished(plan, Supplies(base, template), {"job": b"races 1"}) as ready:
        assert ready.initramfs.read_bytes().startswith(b"base")
        assert [each.image.read_bytes() for each in ready.nvdimms] == [b"content"]
        raise LabBroke("the guest ended early")
    assert list(folder.iterdir()) == []
