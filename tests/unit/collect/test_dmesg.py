# SPDX-License-Identifier: GPL-2.0-only
import random
import time
from dataclasses import replace

import pytest

from harness.collect.detector import detectors
from harness.collect.dmesg import counted, findings
from harness.points.point import Frame

WARN = """\
[    1.715688] ------------[ cut here ]------------
[    1.715912] WARNING: CPU: 0 PID: 46 at ./fs/dax.c:400 dax_insert_entry+0x20/0x24a
[    1.716832] CPU: 0 PID: 46 Comm: racer Not tainted 6.1.192 #1
[    1.717117] RIP: 0010:dax_insert_entry+0x20/0x24a
[    1.719049] Call Trace:
[    1.720176]  <TASK>
[    1.720687]  dax_fault_iter+0x9/0xdb6
[    1.721143]  CALLER+0x7a/0x16a
[    1.724764]  </TASK>
[    1.724917] ---[ end trace 0000000000000000 ]---
"""


def log(*callers: str) -> str:
    return "".join(WARN.replace("CALLER", caller) for caller in callers)


def test_equal_traces_are_one_finding_with_a_count() -> None:
    found = findings(log("ext4", "xfs", "ext4", "ext4"))
    assert [(one.signature, one.count) for one in found] == [
        ("warning:dax_insert_entry/dax_fault_iter/ext4", 3),
        ("warning:dax_insert_entry/dax_fault_iter/xfs", 1),
    ]


def test_two_warnings_of_one_function_are_two_findings_with_one_signature() -> None:
    found = findings(log("ext4") + log("ext4").replace("dax.c:400", "dax.c:428"))
    assert [(one.signature, one.where.line if one.where else 0) for one in found] == [
        ("warning:dax_insert_entry/dax_fault_iter/ext4", 400),
        ("warning:dax_insert_entry/dax_fault_iter/ext4", 428),
    ]


def test_counts_of_several_logs_are_added() -> None:
    found = counted([*findings(log("ext4", "xfs")), *findings(log("ext4"))])
    assert [one.count for one in found] == [2, 1]


def test_the_block_keeps_the_lines_as_they_stand_in_the_log() -> None:
    assert list(findings("x\n" + WARN + "y\n")[0].lines) == WARN.splitlines()


def test_the_kernel_s_own_file_and_line_are_the_place() -> None:
    assert findings(WARN)[0].where == Frame("dax_insert_entry", "fs/dax.c", 400)


def test_a_trace_is_decoded_at_the_call_and_not_behind_it() -> None:
    asked: list[tuple[str, int]] = []

    def decode(function: str, offset: int) -> Frame | None:
        asked.append((function, offset))
        return Frame("xas_store", "lib/xarray.c", 80) if function == "dax_insert_entry" else None

    trace = findings(WARN, decode)[0].trace
    assert {("dax_insert_entry", 0x20), ("dax_fault_iter", 0x8)} <= set(asked)
    assert trace[:2] == ("dax_insert_entry+0x20 (lib/xarray.c:80 xas_store)", "dax_fault_iter+0x9")


def test_a_function_of_a_module_is_not_looked_up_in_vmlinux() -> None:
    text = WARN.replace("dax_fault_iter+0x9/0xdb6", "dax_fault_iter+0x9/0xdb6 [interleave]")
    found = findings(text, lambda function, _: Frame(function, "fs/dax.c", 1))[0]
    assert found.trace[1] == "dax_fault_iter+0x9 [interleave]"


def test_a_warning_s_own_message_is_in_the_title() -> None:
    text = WARN.replace("[    1.715912] W", "[    1.715900] refcount_t: underflow\n[    1.715912] W")
    assert findings(text)[0].title == "WARNING in dax_insert_entry at ./fs/dax.c:400: refcount_t: underflow"


def test_lines_of_the_lab_are_never_a_finding_even_inside_a_block() -> None:
    text = WARN.replace("[    1.719049] Call", "[    1.719000] interleave: BUG: stopped\n[    1.719049] Call")
    assert [one.lines for one in findings(text)] == [one.lines for one in findings(WARN)]
    assert findings("[    1.000000] lab: BUG: not one\ndurability: kernel BUG at x:1!\n") == []


def test_a_splat_cut_off_by_the_next_one_does_not_swallow_it() -> None:
    cut = "".join(WARN.splitlines(keepends=True)[:6])
    found = findings(cut + log("ext4"))
    assert [(one.detector, len(one.lines)) for one in found] == [("warning", 6), ("warning", 10)]


def test_a_splat_without_its_end_does_not_swallow_the_log_behind_it() -> None:
    cut = "".join(WARN.splitlines(keepends=True)[:8])
    found = findings(cut + "[    9.000000] random: crng init done\n" * 50)
    assert [len(one.lines) for one in found] == [8]


def test_an_oops_and_the_panic_it_leads_to_are_one_finding() -> None:
    oops = next(one for one in detectors() if one.name == "null-pointer").examples[0].log
    found = findings(oops + "[    9.000000] Kernel panic - not syncing: Fatal exception\n")
    assert [one.detector for one in found] == ["null-pointer"]


STARTS = [
    "BUG: ",
    "WARNING: ",
    "INFO: task ",
    "Oops: ",
    "------------[ cut here ]------------",
    "Call Trace:",
    "UBSAN: ",
]
CHUNKS = [
    *STARTS,
    "\x00",
    "\x1b[",
    "\x1b]0;",
    "\r",
    "\n",
    "a" * 50,
    "=" * 80,
    "[    1.234567] ",
    " f+0x1/0x2",
    "\ufffd",
]


@pytest.mark.parametrize("chunk", [*CHUNKS, "BUG: KASAN: a in b\n", "[    1.234567] x[    1.234567] ", "WARNING: at ["])
def test_a_hostile_log_takes_linear_time(chunk: str) -> None:
    started = time.process_time()
    findings(chunk * (500_000 // len(chunk)))
    assert time.process_time() - started < 3


def test_any_mixture_is_survived_and_gives_findings_of_known_detectors() -> None:
    source = random.Random(1)
    names = {one.name for one in detectors()}
    for _ in range(200):
        text = "".join(source.choice(CHUNKS) for _ in range(60))
        assert {one.detector for one in findings(text)} <= names


def test_findings_can_be_marked() -> None:
    assert replace(findings(WARN)[0], known="why").known == "why"
