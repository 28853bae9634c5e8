# SPDX-License-Identifier: GPL-2.0-only
from harness.kernel.make import ENVIRONMENT, errors_of, make

LOG = """\
  CC      fs/inode.o
  CC      fs/dax.o
fs/dax.c: In function 'dax_fault':
fs/dax.c:7:16: error: 'nothing' undeclared (first use in this function)
    7 |         return nothing;
      |                ^~~~~~~
  CC      mm/memory.o
make[2]: *** [scripts/Makefile.build:250: fs/dax.o] Error 1
make[1]: *** [scripts/Makefile.build:500: fs] Error 2
make: *** [Makefile:2000: .] Error 2
"""


def test_the_compilers_lines_are_picked_out_of_a_log() -> None:
    shown = errors_of(LOG)
    assert shown.splitlines()[0].startswith("fs/dax.c:7:16: error:")
    assert "^~~~~~~" in shown and "CC " not in shown and "make" not in shown


def test_a_log_without_an_error_shows_its_tail() -> None:
    assert errors_of("  CC      a.o\nsomething odd\n") == "something odd"


def test_two_machines_state_the_same_builder_and_time() -> None:
    assert {"KBUILD_BUILD_TIMESTAMP", "KBUILD_BUILD_USER", "KBUILD_BUILD_HOST", "KBUILD_BUILD_VERSION"} <= set(
        ENVIRONMENT
    )
    assert make("gcc-12", "vmlinux")[2:] == ["CC=gcc-12", "vmlinux"]
