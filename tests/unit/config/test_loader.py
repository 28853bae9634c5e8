# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness import folders
from harness.config import loader
from harness.config.models import DebianSource, Lab, TreeSource
from harness.errors import BadInput, ExitStatus
from harness.sweep.records import Kind

GOOD = """\
kernels:
  old:
    source: {tree: tree}
  new:
    source: {debian: linux-source-6.1, fallback: linux-source-6.12}
    debug: [lockdep]
experiment:
  without: old
  with: new
"""

SCENARIO = """\
title: a read fault and a write fault on a hole
guards: [e4b2749158631e6d74bab2249d5cb6f0d2b6b4e4]
prepare: hole
actors:
  - {op: read-fault}
  - {op: write-fault, page: 1}
bound: 2
"""

SERIES = """\
title: no lock
intent: shows what the lock is for
base: 6.1 and 6.12
versions:
  v1: {6.1: [old.patch]}
  v2: {6.1: [one.patch], 6.12: [one.patch, two.patch]}
expect:
  read-write: {fails: [sigbus], within: [dax_insert_entry], bound: 2}
"""


def lab(folder: Path, text: str) -> Lab:
    (folder / "tree").mkdir(exist_ok=True)
    (folder / "lab.yaml").write_text(text)
    return loader.load_lab(folder / "lab.yaml")


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(BadInput) as caught:
        lab(folder, text)
    assert caught.value.status == ExitStatus.BAD_INPUT
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence.removeprefix(f"{folder}/")


def series(folder: Path, text: str = SERIES) -> Path:
    home = folder / "patches" / "fault-locking" / "no-lock"
    home.mkdir(parents=True)
    (home / "series.yaml").write_text(text)
    for name in ("old", "one", "two"):
        (home / f"{name}.patch").touch()
    return home


def test_the_default_experiment_is_valid_once_its_series_exist() -> None:
    if not list(loader.PATCHES.rglob("series.yaml")):
        pytest.skip("no series yet")
    loaded = loader.load_lab(folders.PROJECT / "lab.yaml")
    assert loaded.kernel("with")[0] == "stock"
    assert loaded.all_scenarios


def test_a_good_file_gives_defaults_and_paths_beside_it(tmp_path: Path) -> None:
    loaded = lab(tmp_path, GOOD)
    old, new = loaded.kernels["old"], loaded.kernels["new"]
    assert old.source == TreeSource(tree=tmp_path / "tree")
    assert new.source == DebianSource(debian="linux-source-6.1", fallback=("linux-source-6.12",))
    assert loaded.kernel("without") == ("old", old)
    assert loaded.experiment.budget_seconds == 1800
    assert loaded.guest("sweep").cpus == 1
    assert loaded.guest("stress").nvdimm.size_bytes == 128 << 20


def test_a_model_survives_its_own_yaml(tmp_path: Path) -> None:
    loaded = lab(tmp_path, GOOD)
    assert Lab.model_validate(loaded.model_dump(by_alias=True)) == loaded


@pytest.mark.parametrize(
    ("line", "wrong", "sentence"),
    [
        (
            "    source: {tree: tree}",
            "    sorce: {tree: tree}",
            "lab.yaml:3: kernels.old.sorce: unknown key, did you mean `source`? "
            "allowed are source, build, series, version, patches, revert, history, config, debug, toolchain, cc, ld, "
            "hostcflags, make",
        ),
        (
            "    source: {tree: tree}",
            "    source: {tre: tree}",
            "lab.yaml:3: kernels.old.source: no kind of source; write one of debian, deb, tarball, tree, git",
        ),
        (
            "    source: {tree: tree}",
            "    source: {tree: tree, ref: v6}",
            "lab.yaml:3: kernels.old.source.ref: unknown key; allowed are tree",
        ),
        (
            "    source: {tree: tree}",
            "    cc: gcc-12",
            "lab.yaml:2: kernels.old: a kernel has either `source` (to build it) or `build` (a built tree), "
            "exactly one of them",
        ),
        (
            "    debug: [lockdep]",
            "    debug: [lockdep, kasn]",
            "lab.yaml:6: kernels.new.debug.1: `kasn` is not known here, did you mean `kasan`? "
            "allowed are lockdep, atomic-sleep, kasan",
        ),
        (
            "    debug: [lockdep]",
            "    make: {LD: ld.lld}",
            "lab.yaml:6: kernels.new.make: `LD` has a key of its own: write `ld: ld.lld` beside `make`",
        ),
        (
            "    debug: [lockdep]",
            "    make: {KBUILD_BUILD_HOST: here}",
            "lab.yaml:6: kernels.new.make: `KBUILD_BUILD_HOST` cannot be set: "
            "it is no make variable, or one that the lab sets itself",
        ),
        (
            "    debug: [lockdep]",
            "    make: {LLVM: 1}",
            'lab.yaml:6: kernels.new.make.LLVM: must be text, not `1`: write "1"',
        ),
        ("    debug: [lockdep]", "    cc: 12", 'lab.yaml:6: kernels.new.cc: must be text, not `12`: write "12"'),
        ("    debug: [lockdep]", "    debug: lockdep", "lab.yaml:6: kernels.new.debug: must be a list, not `lockdep`"),
        (
            "    debug: [lockdep]",
            "    version: v1",
            "`version` is the version of a series: name the `series` too, or `patches`",
        ),
        ("  with: new", "  wth: new", "lab.yaml:9: experiment.wth: unknown key, did you mean `with`?"),
        ("  with: new", "", "lab.yaml:7: experiment.with: missing: this key must be given"),
        (
            "  with: new",
            "  with: now",
            "lab.yaml:9: experiment.with: no kernel is called `now`, did you mean `new`? allowed are old, new",
        ),
        ("  with: new", "  with: old", "`without` and `with` are both `old`: name two kernels"),
        (
            "  with: new",
            "  with: new\n  budget: 30",
            'lab.yaml:10: experiment.budget: must be text, not `30`: write "30"',
        ),
        (
            "  with: new",
            "  with: new\n  budget: 30x",
            "`30x` is no length of time: write a whole number with s, m or h",
        ),
        (
            "  with: new",
            "  with: new\n  coverage_floor: 95",
            "lab.yaml:10: experiment.coverage_floor: must be at most 1.0, not 95",
        ),
        (
            "  with: new",
            "  with: new\nguests: {swep: {}}",
            "lab.yaml:10: guests.swep: unknown key, did you mean `sweep`? allowed are sweep, stress",
        ),
        (
            "  with: new",
            "  with: new\nguests: {sweep: {nvdimm: {size: 3M}}}",
            "lab.yaml:10: guests.sweep.nvdimm.size: an NVDIMM's size is a multiple of 2M, at least 16M",
        ),
        (
            "  with: new",
            "  with: new\nguests:\n  sweep:\n    cpus: 2",
            "lab.yaml:12: guests.sweep.cpus: a sweep has one virtual CPU, so that schedules are exact: write 1 or "
            "nothing, not 2",
        ),
        (
            "  with: new",
            "  with: new\nguests:\n  sweep:\n    memory: 512",
            "lab.yaml:12: guests.sweep.memory: must be text, not `512`",
        ),
        ("  with: new", "  with: new\nscenarios: most", "lab.yaml:10: scenarios: `most` is neither `all` nor a list"),
        (
            "  with: new",
            "  with: new\nscenarios: [no-such]",
            "lab.yaml:10: scenarios.0: no scenario is called `no-such`",
        ),
        ("  with: new", "  with: new\n  with: old", "lab.yaml:10: experiment.with: given twice, first in line 9"),
        (
            "    debug: [lockdep]",
            "    series: no/such",
            "lab.yaml:6: kernels.new.series: no series is called `no/such`",
        ),
        ("    source: {tree: tree}", "    source: {tree: gone}", "gone does not exist"),
    ],
)
def test_a_mistake_is_told_with_line_key_and_what_is_allowed(
    tmp_path: Path, line: str, wrong: str, sentence: str
) -> None:
    assert line in GOOD
    assert sentence in complaint(tmp_path, GOOD.replace(line, wrong))


def test_several_mistakes_are_counted_and_what_is_there_comes_before_what_is_missing(tmp_path: Path) -> None:
    text = GOOD.replace("source: {tree", "sorce: {tree").replace("  with: new", "  wth: new")
    assert complaint(tmp_path, text).endswith("(1 more problem after it)")
    assert complaint(tmp_path, "kernels: {a: {x: 1}}").startswith("lab.yaml:1: kernels.a.x: unknown key")


def test_the_series_of_a_kernel_must_have_the_version_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series(tmp_path)
    monkeypatch.setattr(loader, "PATCHES", tmp_path / "patches")
    text = GOOD.replace("    debug: [lockdep]", "    series: fault-locking/no-lock\n    version: v3")
    assert complaint(tmp_path, text).startswith("lab.yaml:7: kernels.new.version: no version of fault-locking/no-lock")
    assert lab(tmp_path, text.replace("v3", "v2")).kernels["new"].version == "v2"


def test_a_kernel_with_a_misspelt_series_is_told_which_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series(tmp_path)
    monkeypatch.setattr(loader, "PATCHES", tmp_path / "patches")
    text = GOOD.replace("    debug: [lockdep]", "    series: fault-locking/nolock")
    assert "did you mean `fault-locking/no-lock`?" in complaint(tmp_path, text)


def test_a_prebuilt_kernel_takes_no_series(tmp_path: Path) -> None:
    text = GOOD.replace("    source: {tree: tree}", "    build: tree\n    series: x/y")
    assert "cannot take `series`" in complaint(tmp_path, text)


def test_a_scenario_is_called_like_its_file(tmp_path: Path) -> None:
    (tmp_path / "read-write.yaml").write_text(SCENARIO)
    scenario = loader.load_scenarios(tmp_path)["read-write"]
    assert (scenario.name, scenario.bound, scenario.map) == ("read-write", 2, "shared")
    assert [(actor.op, actor.page) for actor in scenario.actors] == [("read-fault", 0), ("write-fault", 1)]


@pytest.mark.parametrize(
    ("line", "wrong", "sentence"),
    [
        ("prepare: hole", "prepare: holes", ":3: prepare: `holes` is not known here, did you mean `hole`?"),
        ("  - {op: read-fault}\n", "", ":4: actors: must have at least 2 entries, not 1"),
        ("op: read-fault", "op: Read", ":5: actors.0.op: `Read` does not have the right form"),
        (
            "op: read-fault",
            "op: read-falt",
            ":5: actors.0.op: the racer has no operation `read-falt`, did you mean `re",
        ),
        ("bound: 2", "bound: 3", ":7: bound: must be at most 2, not 3"),
        ("bound: 2", "bound: two", ":7: bound: must be a whole number, not `two`"),
        ("bound: 2", "checks: [tag]", ":7: checks.0: `tag` is not known here, did you mean `tags`?"),
        ("bound: 2", "pages: 5", ":7: pages: must be at most 4, not 5"),
        ("bound: 2", "pages: 1", ":1: actor B reaches page 2, the file has 1"),
        ("bound: 2", "documented: {sigbuss: x}", ":7: documented.sigbuss: `sigbuss` is not known here"),
        (
            "bound: 2",
            "documented: {tags: {reason: r, fixed_by: dax-fsync-wait}}",
            ":7: documented.tags.fixed_by: no series is called `dax-fsync-wait`, did you mean `dax-fsync-waits`?",
        ),
        (
            "bound: 2",
            "documented: {tags: {reason: r, says: '('}}",
            ":7: documented.tags.says: `(` is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        (
            "bound: 2",
            "documented: {tags: {reason: r, fixed_says: x}}",
            ":7: documented.tags: `fixed_says` is about what `fixed_by` mends: name the series, or leave it out",
        ),
        ("bound: 2", "name: other", ":7: name: unknown key: the name comes from the file's place"),
    ],
)
def test_a_mistake_in_a_scenario_names_its_file(tmp_path: Path, line: str, wrong: str, sentence: str) -> None:
    file = tmp_path / "race.yaml"
    file.write_text(SCENARIO.replace(line, wrong))
    with pytest.raises(BadInput) as caught:
        loader.load_scenarios(tmp_path)
    assert str(caught.value).startswith(f"{file}{sentence}")


def test_a_folder_without_scenarios_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no scenario"):
        loader.load_scenarios(tmp_path)


def test_every_scenario_of_the_lab_is_valid() -> None:
    if list(loader.SCENARIOS.glob("*.yaml")):
        assert all(scenario.title for scenario in loader.load_scenarios().values())


def test_a_series_gives_the_patches_of_a_release(tmp_path: Path) -> None:
    home = series(tmp_path)
    loaded = loader.load_series(home)
    assert loaded.name == "fault-locking/no-lock"
    assert loaded.patches("6.1.192") == (home / "one.patch",)
    assert loaded.patches("6.12.3-rc1") == (home / "one.patch", home / "two.patch")
    assert loaded.patches("6.1", "v1") == (home / "old.patch",)
    assert loaded.expect["read-write"].fails == (Kind.SIGBUS,)


def test_a_series_tells_which_releases_and_versions_it_has(tmp_path: Path) -> None:
    loaded = loader.load_series(series(tmp_path))
    with pytest.raises(BadInput, match=r"v2 has patches for 6\.1, 6\.12, none for 6\.6\.1"):
        loaded.patches("6.6.1")
    with pytest.raises(BadInput, match="no version `v9`; there are v1, v2"):
        loaded.patches("6.1", "v9")


def test_the_tenth_version_is_newer_than_the_ninth(tmp_path: Path) -> None:
    text = SERIES.replace("v1:", "v9:").replace("v2:", "v10:")
    assert loader.load_series(series(tmp_path, text)).newest == "v10"


def test_a_series_names_only_patches_that_are_there(tmp_path: Path) -> None:
    home = series(tmp_path)
    (home / "two.patch").unlink()
    with pytest.raises(BadInput, match=r"series.yaml:6: versions.v2.6.12.1: .*two.patch does not exist"):
        loader.load_series(home)
