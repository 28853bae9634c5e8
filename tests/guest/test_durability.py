# SPDX-License-Identifier: GPL-2.0-only
"""The shadow of what was flushed, compiled for the host: flushes and fences in, answers out."""

import ctypes
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

GUEST = Path(__file__).parents[2] / "guest-tests"
FLAGS = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
PAGE = 4096
BASE = 0x100000000
ROOM = 4  # pages


def results() -> list[str]:
    """Names of enum dur_result, in lower case without prefix."""
    text = (GUEST / "include" / "durability.h").read_text()
    block = re.search(r"enum dur_result \{(.*?)\};", text, re.DOTALL)
    assert block
    return [name.lower() for name in re.findall(r"^\s+DUR_(\w+),", block[1], re.MULTILINE)]


RESULTS = results()


class Words(ctypes.Structure):
    """struct shadow."""

    _fields_ = [
        ("page", ctypes.c_void_p),
        ("bucket", ctypes.c_void_p),
        ("capacity", ctypes.c_uint32),
        ("buckets", ctypes.c_uint32),
        ("used", ctypes.c_uint32),
        ("flushes", ctypes.c_uint32),
        ("fenced", ctypes.c_uint32),
        ("overflow", ctypes.c_uint64),
    ]


class Shadow:
    """The shadow, with a medium of its own to flush from."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library = library
        self.pages = ctypes.create_string_buffer(ROOM * 8192)
        self.buckets = (ctypes.c_uint32 * ROOM)()
        self.cache = (ctypes.c_uint64 * (2 * ROOM * PAGE // 8))()
        room = (ctypes.addressof(self.pages), ctypes.addressof(self.buckets), ROOM, ROOM)
        self.words = Words(*room)
        self.it = ctypes.byref(self.words)

    def store(self, at: int, data: bytes) -> None:
        ctypes.memmove(ctypes.addressof(self.cache) + at, data, len(data))

    def flush(self, at: int, length: int) -> None:
        content = ctypes.c_void_p(ctypes.addressof(self.cache) + at)
        self.library.shadow_flush(self.it, ctypes.c_uint64(BASE + at), content, ctypes.c_size_t(length))

    def begin(self) -> int:
        return int(self.library.shadow_fence_begin(self.it))

    def end(self, ticket: int) -> None:
        self.library.shadow_fence_end(self.it, ticket)

    def fence(self) -> None:
        self.end(self.begin())

    def reset(self) -> None:
        self.library.shadow_reset(self.it)

    def check(self, at: int, expected: bytes) -> str:
        flushed = ctypes.create_string_buffer(64)
        where, length = ctypes.c_uint64(BASE + at), ctypes.c_size_t(len(expected))
        return RESULTS[self.library.shadow_check(self.it, where, expected, length, flushed)]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    compiled = tmp_path_factory.mktemp("shadow") / "shadow.so"
    source = GUEST / "modules" / "durability" / "shadow.c"
    subprocess.run(["gcc", *FLAGS, f"-I{GUEST / 'include'}", "-o", compiled, source], check=True)
    return ctypes.CDLL(str(compiled))


@pytest.fixture
def shadow(library: ctypes.CDLL) -> Shadow:
    return Shadow(library)


def test_what_was_never_flushed_is_not_durable(shadow: Shadow) -> None:
    shadow.store(0, b"12345678")
    assert shadow.check(0, b"12345678") == "never_flushed"


def test_a_flush_is_durable_after_a_fence(shadow: Shadow) -> None:
    shadow.store(64, b"12345678")
    shadow.flush(64, 64)
    assert shadow.check(64, b"12345678") == "pending"
    shadow.fence()
    assert shadow.check(64, b"12345678") == "durable"


def test_a_fence_that_began_before_the_flush_does_not_count(shadow: Shadow) -> None:
    ticket = shadow.begin()
    shadow.flush(0, 64)
    shadow.end(ticket)
    assert shadow.check(0, bytes(8)) == "pending"


def test_a_fence_that_ends_late_takes_nothing_back(shadow: Shadow) -> None:
    old = shadow.begin()
    shadow.flush(0, 64)
    shadow.fence()
    shadow.end(old)
    assert shadow.check(0, bytes(8)) == "durable"


def test_a_store_after_the_flush_is_lost(shadow: Shadow) -> None:
    shadow.flush(0, PAGE)
    shadow.fence()
    shadow.store(8, b"12345678")
    assert shadow.check(8, b"12345678") == "other_value"


@pytest.mark.parametrize("length", [64, PAGE])
def test_what_is_durable_stays_so_when_its_neighbour_is_flushed(shadow: Shadow, length: int) -> None:
    shadow.store(0, b"12345678")
    shadow.flush(0, length)
    shadow.fence()
    shadow.store(8, b"abcdefgh")
    shadow.flush(0, length)
    assert shadow.check(0, b"12345678") == "durable"
    assert shadow.check(8, b"abcdefgh") == "pending"
    assert shadow.check(0, b"12345678abcdefgh") == "pending"


def test_a_copy_makes_no_other_byte_durable(shadow: Shadow) -> None:
    shadow.store(0, b"0123456789abcdef0123456789abcdef")
    shadow.flush(3, 10)
    shadow.fence()
    assert shadow.check(3, b"3456789abc") == "durable"
    assert shadow.check(2, b"2") == "never_flushed"
    assert shadow.check(13, b"d") == "never_flushed"


def test_a_reset_forgets_all(shadow: Shadow) -> None:
    for page in range(ROOM):
        shadow.flush(page * PAGE, PAGE)
    shadow.fence()
    shadow.reset()
    assert [shadow.check(page * PAGE, bytes(8)) for page in range(ROOM)] == ["never_flushed"] * ROOM
    shadow.flush(0, 64)
    assert shadow.check(0, bytes(8)) == "pending"


def test_a_fence_from_before_a_reset_does_not_count_after_it(shadow: Shadow) -> None:
    shadow.flush(0, 64)
    ticket = shadow.begin()
    shadow.reset()
    shadow.flush(0, 64)
    shadow.end(ticket)
    assert shadow.check(0, bytes(8)) == "pending"


def test_a_full_shadow_says_that_it_does_not_know(shadow: Shadow) -> None:
    for page in range(ROOM + 1):
        shadow.flush(page * PAGE, 64)
    assert shadow.words.overflow == 1
    assert shadow.check(ROOM * PAGE, bytes(8)) == "unknown"
    assert shadow.check(0, bytes(8)) == "pending"
    shadow.reset()
    assert shadow.words.overflow == 0


STEPS = st.lists(
    st.tuples(st.sampled_from(["store", "flush", "fence"]), st.integers(0, 2 * PAGE - 1), st.integers(1, 200)),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_it_agrees_with_a_model_of_single_bytes(library: ctypes.CDLL, steps: list[tuple[str, int, int]]) -> None:
    """The model: a durable byte was flushed with its last value, and fenced; a fresh value for each byte stored."""
    shadow, cache, flushed, fenced = Shadow(library), bytearray(2 * PAGE), {}, {}
    for number, (what, at, length) in enumerate(steps):
        end = min(at + length, (at // PAGE + 1) * PAGE)
        if what == "store":
            cache[at:end] = bytes([number + 1]) * (end - at)
            shadow.store(at, bytes(cache[at:end]))
        elif what == "flush":
            flushed.update({byte: cache[byte] for byte in range(at, end)})
            shadow.flush(at, end - at)
        else:
            fenced = dict(flushed)
            shadow.fence()
    for byte in range(0, 2 * PAGE, 37):
        answer = shadow.check(byte, bytes([cache[byte]]))
        if byte not in flushed:
            assert answer == "never_flushed"
        elif flushed[byte] != cache[byte]:
            assert answer == "other_value"
        elif answer == "durable":
            assert fenced.get(byte) == cache[byte]
        else:
            assert answer == "pending"
