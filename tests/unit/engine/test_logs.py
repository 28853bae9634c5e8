# SPDX-License-Identifier: GPL-2.0-only
from harness.engine.logs import guest_findings
from harness.points.point import Frame
from harness.sweep.records import Kind

WARN = (
    "[    1.500000] ------------[ cut here ]------------",
    "[    1.500001] WARNING: CPU: 0 PID: 61 at fs/dax.c:372 dax_disassociate_entry+0x9d/0xb0",
    "[    1.500002] Call Trace:",
    "[    1.500003]  <TASK>",
    "[    1.500004]  dax_insert_entry+0x1f2/0x2a0",
    "[    1.500005]  </TASK>",
    "[    1.500006] ---[ end trace 0000000000000000 ]---",
)


def test_each_finding_knows_its_kernel_mode_and_scenario() -> None:
    quiet = ("[    1.000000] EXT4-fs (pmem0): mounted filesystem",)
    logs = [("one", quiet), ("two", WARN), ("three", WARN)]
    found = guest_findings("unlocked", "sweep", logs, None)
    assert [(each.kernel, each.mode, each.scenario) for each in found] == [
        ("unlocked", "sweep", "two"), ("unlocked", "sweep", "three"),
    ]  # fmt: skip
    assert all(each.finding.kind is Kind.WARN for each in found)


def test_a_finding_is_decoded_with_the_kernels_lines() -> None:
    def decode(function: str, _offset: int) -> Frame | None:
        return Frame(function, "fs/dax.c", 889) if function == "dax_insert_entry" else None

    (found,) = guest_findings("unlocked", "stress", [("", WARN)], decode)
    assert any("fs/dax.c:889" in call for call in found.finding.trace)


def test_a_silent_log_has_no_findings() -> None:
    assert guest_findings("stock", "sweep", [("one", ())], None) == []
