# SPDX-License-Identifier: GPL-2.0-only
"""Mutants are read from their files' headers."""

from pathlib import Path

import pytest

from harness.config.loader import load_scenarios
from harness.errors import BadInput
from harness.mutants.corpus import Killer, check_killers, chosen, load_mutant, load_mutants
from harness.sweep.records import Kind

HEADER = """From: Patch test lab <lab@example.invalid>
Subject: [mutant] dax: wake nobody

The waiter is forgotten.

Symptom: hang of a fault
 that waits
Row: 5
Upstream: none
"""
DIFF = """---
--- a/fs/dax.c
+++ b/fs/dax.c
@@ -1,2 +1,1 @@
 one
-two
"""


def written(folder: Path, more: str, header: str = HEADER) -> Path:
    path = folder / "wake-nobody.patch"
    path.write_text(header + more + DIFF)
    return path


def test_a_header_gives_what_the_matrix_needs(tmp_path: Path) -> None:
    mutant = load_mutant(written(tmp_path, "Killed-by: three-readers-hole c=1 hang,spin\nKilled-by: b c=2 tags\n"))
    assert (mutant.name, mutant.subject, mutant.row) == ("wake-nobody", "dax: wake nobody", "5")
    assert mutant.symptom == "hang of a fault that waits"
    assert mutant.killers[0] == Killer("three-readers-hole", 1, (Kind.HANG, Kind.SPIN))
    assert mutant.units == ("fs/dax.c",)


def test_a_killer_that_takes_a_stop_in_an_atomic_section_is_marked(tmp_path: Path) -> None:
    mutant = load_mutant(written(tmp_path, "Killed-by: a c=1! error\nKilled-by: b c=2 tags\n"))
    assert [killer.atomic for killer in mutant.killers] == [True, False]
    assert mutant.atomic
    assert not load_mutant(written(tmp_path, "Killed-by: a c=1 error\n")).atomic


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("Killed-by: three-readers-hole\n", ":10: Killed-by: `three-readers-hole` is not SCENARIO c=N[!] KIND"),
        ("Killed-by: a c=1 bang\n", ":10: Killed-by: 'bang' is not a valid Kind; kinds are sigbus"),
        ("Killed-by: a c=3 tags\n", ":10: Killed-by:"),
        ("", ":1: a mutant has either lines `Killed-by:` or one `Survives:`"),
        ("Killed-by: a c=1 tags\nSurvives: equivalent\n", ":1: a mutant has either"),
        ("Killed-by: a c=1 tags\nUntested: words\n", ":11: Untested: is said of a mutant that survives"),
    ],
)
def test_a_wrong_header_is_named_with_file_and_line(tmp_path: Path, more: str, words: str) -> None:
    path = written(tmp_path, more)
    with pytest.raises(BadInput) as caught:
        load_mutant(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)


def test_a_missing_line_of_the_header_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "Survives: equivalent\n", HEADER.replace("Row: 5\n", ""))
    with pytest.raises(BadInput, match="no line `Row:`"):
        load_mutant(path)


def test_an_unknown_name_is_answered_with_close_ones(tmp_path: Path) -> None:
    written(tmp_path, "Survives: equivalent\n")
    with pytest.raises(BadInput, match="no mutant is called `wake-nobdy`; there are wake-nobody"):
        chosen(load_mutants(tmp_path), ["wake-nobdy"])


def test_a_folder_without_mutants_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no mutant"):
        load_mutants(tmp_path)


def test_every_mutant_of_the_project_names_scenarios_that_exist() -> None:
    mutants = load_mutants()
    check_killers(mutants.values(), load_scenarios())
    assert all(mutant.units for mutant in mutants.values())


def test_a_killer_that_does_not_exist_is_bad_input(tmp_path: Path) -> None:
    mutant = load_mutant(written(tmp_path, "Killed-by: no-such c=1 tags\n"))
    with pytest.raises(BadInput, match="no scenario is called `no-such`"):
        check_killers([mutant], ["read-write-hole"])


def test_a_mutant_names_the_file_system_of_its_guest(tmp_path: Path) -> None:
    killed = "Killed-by: read-write-hole c=1 tags\n"
    assert load_mutant(written(tmp_path, killed)).filesystem == "ext4"
    assert load_mutant(written(tmp_path, "File-system: xfs-reflink\n" + killed)).filesystem == "xfs-reflink"
    path = written(tmp_path, "File-system: btrfs\n" + killed)
    with pytest.raises(BadInput, match=r":10: File-system: there is no `btrfs`: choose one of ext4, xfs, xfs-reflink"):
        load_mutant(path)
