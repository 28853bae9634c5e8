# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.points.elf import Function
from harness.points.instructions import instructions

START = 0x1000
NAMES = {0x2000: "__fentry__", 0x3000: "__x86_return_thunk", 0x4000: "__x86_indirect_thunk_rax", 0x5000: "__asan_load8"}


def kinds(code: bytes) -> list[tuple[int, str]]:
    function = Function("f", START, START + len(code))

    def name_at(address: int) -> str | None:
        return NAMES.get(address) or ("f" if START <= address < function.end else None)

    return [(one.address - START, one.kind) for one in instructions(function, code, name_at)]


def jump(opcode: int, target: int, at: int) -> bytes:
    return bytes([opcode]) + (target - (START + at) - 5).to_bytes(4, "little", signed=True)


def test_the_entry_lies_behind_endbr64_where_the_kernel_puts_the_probe() -> None:
    assert kinds(bytes.fromhex("f30f1efa 55 c3")) == [(4, "entry"), (5, "return")]


def test_the_entry_may_be_the_call_of_fentry() -> None:
    assert kinds(jump(0xE8, 0x2000, 0) + b"\xc3") == [(0, "entry"), (5, "return")]


def test_a_jump_to_the_return_thunk_is_a_return() -> None:
    assert kinds(b"\x55" + jump(0xE9, 0x3000, 1)) == [(0, "entry"), (1, "return")]


def test_an_indirect_thunk_is_called_or_jumped_to_as_any_function() -> None:
    code = b"\x55" + jump(0xE8, 0x4000, 1) + jump(0xE9, 0x4000, 6)
    assert kinds(code) == [(0, "entry"), (1, "call"), (6, "tail-call")]


def test_a_call_that_the_sanitiser_added_is_no_point() -> None:
    assert kinds(b"\x55" + jump(0xE8, 0x5000, 1) + b"\xc3") == [(0, "entry"), (6, "return")]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ff24c500000000", "instruction"),  # jmp *table(,%rax,8): a switch
        ("ffe0", "tail-call"),  # jmp *%rax
        ("ff6010", "tail-call"),  # jmp *0x10(%rax)
        ("ebfe", "instruction"),  # a loop
        ("f3c3", "return"),  # repz ret
        ("ffd0", "call"),  # call *%rax
        ("f048ff00", "instruction"),  # lock incq (%rax)
    ],
)
def test_each_form_has_its_kind(code: str, kind: str) -> None:
    assert kinds(b"\x55" + bytes.fromhex(code)) == [(0, "entry"), (1, kind)]


def test_bytes_that_do_not_decode_are_skipped() -> None:
    assert kinds(bytes.fromhex("55 06 c3")) == [(0, "entry"), (2, "return")]
