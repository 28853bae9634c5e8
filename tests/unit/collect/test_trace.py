# SPDX-License-Identifier: GPL-2.0-only
from harness.collect.trace import calls

WARN = """\
RIP: 0010:dax_insert_entry+0x9b/0xc0
RSP: 0018:ffffc900001bfc40 EFLAGS: 00010286
Call Trace:
 <TASK>
 ? __warn+0x81/0x130
 ? dax_insert_entry+0x9b/0xc0
 dax_fault_iter.isra.0+0x226/0x5b0
 ? 0xffffffffa0005000
 ext4_dax_huge_fault+0xd6/0x240 [ext4]
RIP: 0033:0x47fbe9
 </TASK>
 not_a_caller+0x1/0x2
RIP: 0010:dax_insert_entry+0x9b/0xc0""".splitlines()


def test_the_faulting_instruction_comes_first_and_unsure_entries_are_left_out() -> None:
    assert [str(call) for call in calls(WARN)] == [
        "dax_insert_entry+0x9b",
        "dax_fault_iter.isra.0+0x226",
        "ext4_dax_huge_fault+0xd6 [ext4]",
    ]


def test_only_the_faulting_instruction_s_offset_is_its_own() -> None:
    assert [call.exact for call in calls(WARN)] == [True, False, False]


def test_the_compiler_s_suffixes_are_no_part_of_a_name() -> None:
    assert calls(WARN)[1].name == "dax_fault_iter"


def test_reporting_functions_are_dropped_at_the_head_only() -> None:
    trace = ["Call Trace:", " dump_stack+0x1/0x2", " __warn+0x1/0x2", " f+0x1/0x2", " exc_page_fault+0x1/0x2"]
    assert [call.name for call in calls(trace)] == ["f", "exc_page_fault"]


def test_a_trace_of_reporting_functions_alone_is_kept() -> None:
    assert [call.name for call in calls(["Call Trace:", " schedule+0x1/0x2"])] == ["schedule"]


INTERRUPTED = """\
Call Trace:
 <IRQ>
 update_process_times+0x6f/0x93
 </IRQ>
 <TASK>
 asm_sysvec_apic_timer_interrupt+0x1b/0x20
RIP: 0010:dax_layout_busy_page+0x6d/0x180
 ext4_break_layouts+0x3b/0xb0
 </TASK>""".splitlines()


def test_an_interrupt_s_part_can_be_left_out() -> None:
    names = [call.name for call in calls(INTERRUPTED, interrupts=False)]
    assert names == ["dax_layout_busy_page", "ext4_break_layouts"]
    assert calls(INTERRUPTED)[0].name == "update_process_times"


ASKED = """\
Call Trace:
 <NMI>
 panic+0xf0/0x2a3
 nmi_panic+0x2b/0x33
 default_do_nmi+0x9c/0x12c
 end_repeat_nmi+0x16/0x67
RIP: 0010:native_queued_spin_lock_slowpath+0x20a/0x250
Code: 74 0b f3 90 8b 03
RSP: 0018:ffffc9000013fb08 EFLAGS: 00000046
 ? native_queued_spin_lock_slowpath+0x20a/0x250
 </NMI>
 <TASK>
 _raw_spin_lock_irq+0x2e/0x40
 dax_lock_page+0x6d/0x180
 </TASK>""".splitlines()


def test_of_an_nmi_s_part_the_interrupted_instruction_alone_is_kept() -> None:
    found = calls(ASKED, interrupts=False)
    assert [call.name for call in found] == ["native_queued_spin_lock_slowpath", "_raw_spin_lock_irq", "dax_lock_page"]
    assert [call.exact for call in found] == [True, False, False]


def test_a_block_without_a_trace_has_no_calls() -> None:
    assert calls(["BUG: Bad rss-counter state mm:x type:MM_FILEPAGES val:1"]) == ()
