# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.config.operations import operations
from harness.errors import LabBroke


def test_the_racers_own_table_is_read() -> None:
    assert {"read-fault", "write-fault", "fsync", "punch"} <= set(operations())


def test_a_new_line_in_the_table_is_a_new_operation(tmp_path: Path) -> None:
    table = tmp_path / "ops.c"
    table.write_text('static const struct op ops[] = {\n\t{ "hop", op_hop, OP_READS },\n\t{ NULL, NULL, 0 },\n};\n')
    assert operations(table) == ("hop",)


def test_a_table_that_cannot_be_read_is_the_labs_fault(tmp_path: Path) -> None:
    with pytest.raises(LabBroke, match="cannot be read"):
        operations(tmp_path / "gone.c")
    (tmp_path / "empty.c").touch()
    with pytest.raises(LabBroke, match="holds no table"):
        operations(tmp_path / "empty.c")
