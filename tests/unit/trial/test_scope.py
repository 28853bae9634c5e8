# SPDX-License-Identifier: GPL-2.0-only

import pytest

from harness.kernel.artefacts import Kernel
from harness.points.touched import Line
from harness.trial.scope import Scope, functions_of, scope_of
from tests.unit.points.conftest import MINI, link


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    import shutil

    folder = tmp_path_factory.mktemp("scope") / "tree"
    shutil.copytree(MINI, folder)
    link(folder, 4)
    return Kernel("mini", "key", folder, "6.1.0", "0a")


def scoped(kernel: Kernel, *lines: Line) -> Scope:
    touched = functions_of(kernel, ["fs/dax.c"], set(lines))
    return scope_of("mini", kernel, ["fs/dax.c"], set(lines), touched)


def line_of(text: str) -> Line:
    lines = (MINI / "fs/dax.c").read_text().splitlines()
    return "fs/dax.c", 1 + next(at for at, line in enumerate(lines) if text in line)


def test_the_points_are_those_of_touched_functions_and_of_their_callers(kernel: Kernel) -> None:
    scope = scoped(kernel, line_of("shared(a->value + 1)"))
    assert (scope.touched, scope.callers, scope.whole) == ({"dax_tail"}, frozenset(), False)
    assert {point.function for point in scope.points} == {"dax_tail"}
    assert [point.index for point in scope.points] == list(range(len(scope.points)))
    assert len(scope.fine) > len(scope.points)


def test_lines_without_code_leave_the_whole_unit(kernel: Kernel) -> None:
    scope = scoped(kernel, ("fs/dax.c", 1))
    assert scope.whole and not scope.lines
    assert {"dax_insert", "dax_tail", "dax_warn"} <= scope.touched


def test_a_function_of_the_other_kernel_stands_for_lines_that_are_gone(kernel: Kernel) -> None:
    scope = scope_of("mini", kernel, ["fs/dax.c"], {("fs/dax.c", 1)}, {"dax_tail", "long_gone"})
    assert (scope.touched, scope.lines, scope.whole) == ({"dax_tail"}, frozenset(), False)


def test_every_function_of_lab_yamls_units_has_points_too(kernel: Kernel) -> None:
    units = ["fs/dax.c", "mm/truncate.c"]
    scope = scope_of("mini", kernel, units, {("fs/dax.c", 1)}, {"dax_tail"}, ["mm/truncate.c"])
    assert {"dax_tail", "truncate_entry"} <= {point.function for point in scope.points}
    assert {point.function for point in scope.fine} == {"dax_tail"}


def test_an_inlined_function_is_named_with_the_one_that_holds_it(kernel: Kernel) -> None:
    header = (MINI / "include/entry.h").read_text().splitlines()
    line = 1 + next(at for at, text in enumerate(header) if "shared(entry->value) + 3" in text)
    names = scoped(kernel, ("include/entry.h", line)).names
    assert "entry_value (in dax_insert)" in names
