# SPDX-License-Identifier: GPL-2.0-only
"""Times of a new xfs are settled, and nothing else is touched by mistake."""

from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.image import xfs_stamp


def test_the_crc_is_castagnolis() -> None:
    assert xfs_stamp.crc32c(b"123456789") == 0xE3069283


def test_what_is_no_xfs_is_left_alone(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(bytes(4096))
    with pytest.raises(LabBroke, match="no xfs"):
        xfs_stamp.settle(image, 1)
    assert image.read_bytes() == bytes(4096)
