# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.config.models import GuestSpec
from harness.errors import BadInput
from harness.reproducer.chosen import recipe
from harness.results.folder import RunFolder


def test_a_stop_in_an_atomic_section_is_refused_as_a_plain_guest_cannot_make_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"`AB A@f\+0x10#1!` stops in an atomic section, .*`./lab replay` runs it again"):
        recipe(RunFolder(tmp_path / "1"), "AB A@f+0x10#1!", "fsync-write", "stock", GuestSpec())
