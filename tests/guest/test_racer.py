# SPDX-License-Identifier: GPL-2.0-only
"""The racer on the host: compiled with warnings as errors, its stress mode on tmpfs, its reading of jobs."""

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.config.loader import load_scenarios
from harness.config.operations import operations
from harness.config.scenario import Actor, Scenario
from harness.sweep.job import Job, scenario_lines
from harness.sweep.records import Kind

GUEST = Path(__file__).parents[2] / "guest-tests"
RACER = GUEST / "racer"
FLAGS = ["gcc", "-O1", "-pthread", "-Wall", "-Wextra", "-Werror", f"-I{GUEST / 'include'}", f"-I{RACER}"]
RACES = 64
LINE = "scenario name=s prepare=hole map=shared as=threads unit=4096 pages=2 bound=1 tags=0 durable=0"
TWO = "actor=read-fault:0:1 actor=write-fault:0:1"
NOT_ON_TMPFS = ("zero-range", "collapse", "page-table")
MISSING_ON_TMPFS = {
    "hwpoison": "the file is not mapped by DAX, and ordinary memory must not be poisoned",
    "mapsync-write": "the file system has no MAP_SYNC",
    "clone": "the file system shares no blocks between files (FICLONERANGE)",
    "unshare": "the file system shares no blocks between files (FICLONERANGE)",
}
FULL = ("full", "full-written")
NO_FULL = "only ext4 can be filled up to a known block"
PREPARATIONS = ("hole", "read", "written", "synced", "unwritten")
Row = dict[str, Any]


@pytest.fixture(scope="session")
def racer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("racer") / "racer"
    subprocess.run([*FLAGS, "-o", program, *sorted(RACER.glob("*.c"))], check=True)
    return program


@pytest.fixture
def tmpfs() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="lab-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


@dataclass(frozen=True)
class Said:
    """What one run of the racer left: its status, and its records by type."""

    status: int
    rows: list[Row]

    def of(self, kind: str) -> list[Row]:
        return [row for row in self.rows if row["t"] == kind]


Race = Callable[..., Said]


@pytest.fixture
def race(racer: Path, tmpfs: Path) -> Race:
    """Runs the racer on a job's text."""

    def run(*lines: str, **environment: str) -> Said:
        folder = Path(tempfile.mkdtemp(dir=tmpfs))  # the racer makes no file where one is
        job = folder / "job"
        job.write_text("".join(f"{line}\n" for line in lines))
        env = {"LAB_FOLDER": str(folder), "LAB_KMSG": "/dev/null", **environment}
        done = subprocess.run([racer, job], env=env, capture_output=True, text=True, timeout=60, check=False)
        return Said(done.returncode, [json.loads(line) for line in done.stdout.splitlines()])

    return run


def stressed(race: Race, *scenarios: Scenario, races: int = RACES) -> list[Row]:
    """Races the scenarios; returns a row of totals each."""
    said = race(f"races {races}", "cpus 1", "seed 1", *scenario_lines(scenarios))
    assert (said.status, said.of("broken")) == (0, [])
    assert [row["status"] for row in said.of("done")] == [0] * len(scenarios)
    assert [row["name"] for row in said.of("stress")] == [each.name for each in scenarios]
    assert said.rows[-1] == {"t": "bye", "missed": 0}
    return said.of("stress")


def of_two(op: str, other: str, **more: Any) -> Scenario:
    actors = (Actor(op=op), Actor(op=other))
    given = {"name": f"{op}-{other}", "title": "t", "prepare": "written", "actors": actors} | more
    return Scenario.model_validate({**given, "name": f"{given['name']}-{given['prepare']}"})


@pytest.mark.parametrize("op", [op for op in operations() if op not in (*NOT_ON_TMPFS, *MISSING_ON_TMPFS)])
def test_every_operation_runs_against_faults_from_every_state_without_a_violation(race: Race, op: str) -> None:
    scenarios = [of_two(op, other, prepare=each) for each in PREPARATIONS for other in ("read-fault", "write-fault")]
    for row in stressed(race, *scenarios):
        assert row["failures"] == {}, row
        assert row["races"] >= 4


@pytest.mark.parametrize("op", NOT_ON_TMPFS)
def test_an_operation_that_the_file_system_refuses_is_an_error(race: Race, op: str) -> None:
    (row,) = stressed(race, of_two(op, "read-fault"))
    assert row["failures"] == {"error": row["races"]}


def missing_on_tmpfs(scenario: Scenario) -> str:
    if scenario.prepare in FULL:
        return NO_FULL
    if scenario.prepare == "cloned":
        return MISSING_ON_TMPFS["clone"]
    return next((MISSING_ON_TMPFS[actor.op] for actor in scenario.actors if actor.op in MISSING_ON_TMPFS), "")


@pytest.mark.parametrize("op", MISSING_ON_TMPFS)
def test_an_operation_that_cannot_be_done_here_is_missing_and_does_not_run(race: Race, op: str) -> None:
    said = race("races 4", "cpus 1", *scenario_lines([of_two(op, "read-fault"), of_two("punch", "read-fault")]))
    assert [row["missing"] for row in said.of("scenario")] == [MISSING_ON_TMPFS[op], ""]
    assert [row["name"] for row in said.of("stress")] == ["punch-read-fault-written"]


def test_a_map_sync_actor_of_private_mappings_is_missing(race: Race) -> None:
    said = race("races 4", "cpus 1", *scenario_lines([of_two("read-fault", "mapsync-write", map="private")]))
    assert said.of("scenario")[0]["missing"] == "a mapping by MAP_SYNC is shared, the scenario's are private"


@pytest.mark.parametrize("op", ["remap", "mremap", "small-read", "mapsync-write"])
def test_an_operation_that_needs_a_mapping_of_its_own_shares_none(race: Race, op: str) -> None:
    said = race("races 4", "cpus 1", *scenario_lines([of_two(op, "read-fault", mapping="shared")]))
    assert "an operation needs a mapping of its own" in said.of("scenario")[0]["missing"]


@pytest.mark.parametrize("map", ["shared", "private"])
def test_actors_of_one_mapping_see_and_keep_each_others_stores(race: Race, map: str) -> None:
    pairs = [("write-fault", "write-fault"), ("read-fault", "write-fault"), ("cow-copy", "cow-copy")]
    for row in stressed(race, *[of_two(*pair, mapping="shared", map=map) for pair in pairs]):
        assert row["failures"] == {}, row


@pytest.mark.parametrize("prepare", FULL)
def test_no_file_system_of_the_host_is_filled(race: Race, prepare: str) -> None:
    said = race("races 4", "cpus 1", *scenario_lines([of_two("read-fault", "write-fault", prepare=prepare)]))
    assert said.of("scenario")[0]["missing"] == NO_FULL
    assert said.of("stress") == []


@pytest.mark.parametrize(
    "more", [{"map": "private"}, {"actors_as": "processes"}, {"size": "2M", "pages": 1}, {"pages": 4}]
)
def test_private_maps_processes_huge_units_and_more_pages_work(race: Race, more: Row) -> None:
    pairs = [
        ("read-fault", "write-fault"),
        ("pread", "pwrite"),
        ("write-after-read", "write-fault"),
        ("fork", "pwrite"),
    ]
    for row in stressed(race, *[of_two(*pair, **more) for pair in pairs]):
        assert row["failures"] == {}, row


def test_three_and_four_actors_race(race: Race) -> None:
    for count in (3, 4):
        actors = tuple(Actor(op="write-fault") for _ in range(count))
        (row,) = stressed(race, of_two("read-fault", "read-fault", actors=actors))
        assert row["failures"] == {}


def test_a_page_within_which_the_file_ends_may_be_read(race: Race) -> None:
    (row,) = stressed(race, of_two("truncate", "pwrite", prepare="written"), races=320)
    assert row["failures"] == {}, "write(2) behind the truncate makes the file some bytes long"


def test_each_window_is_a_race_and_what_moves_the_files_end_has_one_window(race: Race) -> None:
    many, one = stressed(race, of_two("punch", "read-fault"), of_two("truncate", "read-fault"), races=100)
    assert many["races"] == 128, "two files of 64 windows"
    assert one["races"] == 7, "a sixteenth, rounded up: each race needs a file"


SCENARIOS = load_scenarios()
TAGS_MISSING = "dirty-tags.ko is not loaded, so tags cannot be checked"


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_file_is_understood(race: Race, name: str) -> None:
    said = race("races 4", "cpus 1", *scenario_lines([SCENARIOS[name]]))
    missing = missing_on_tmpfs(SCENARIOS[name]) or (
        TAGS_MISSING if "tags" in SCENARIOS[name].checks else ""
    )  # no module on the host, and it is said
    assert said.of("scenario") == [{"t": "scenario", "name": name, "missing": missing}]
    assert said.of("done")[0]["signal"] == 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_file_races_without_a_violation(race: Race, name: str) -> None:
    each = SCENARIOS[name]
    if {actor.op for actor in each.actors} & set(NOT_ON_TMPFS):
        pytest.skip("tmpfs has no such operation")
    if why := missing_on_tmpfs(each):
        pytest.skip(why)
    (row,) = stressed(race, each)
    assert row["failures"] == {}


BAD_LINES = {
    "a key that is unknown": ("colour red", "job: unknown key colour"),
    "a line without value": ("races", "job: `races` is not KEY VALUE"),
    "a points file that is missing": ("points /nowhere", "points file /nowhere"),
    "a word that is no pair": (f"{LINE} {TWO} loud", "scenario: `loud` is not KEY=VALUE"),
    "a scenario's key that is unknown": (f"{LINE} {TWO} colour=red", "scenario: unknown key colour"),
    "a preparation that is unknown": (LINE.replace("hole", "wet") + f" {TWO}", "no preparation is called wet"),
    "an operation that is unknown": (f"{LINE} actor=swim:0:1", "no operation is called swim"),
    "an actor without pages": (f"{LINE} actor=punch:0", "one without op:page:pages"),
    "an actor without anything": (f"{LINE} actor=", "one without op:page:pages"),
    "an actor too many": (f"{LINE} {TWO} {TWO} actor=punch:0:1", "more than 4 actors"),
    "an actor beyond the end": (f"{LINE} actor=punch:1:2", "actor 0 reaches beyond the file's 2 pages"),
    "an actor before the start": (f"{LINE} actor=punch:-1:1", "actor 0 reaches beyond"),
    "an actor of no page": (f"{LINE} actor=punch:0:0", "actor 0 reaches beyond"),
    "no actors": (LINE, "actors, pages or bound out of range"),
    "too many pages": (LINE.replace("pages=2", "pages=5") + f" {TWO}", "actors, pages or bound out of range"),
    "a bound too high": (LINE.replace("bound=1", "bound=5") + f" {TWO}", "actors, pages or bound out of range"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_of_a_job_is_broken_with_its_reason(race: Race, case: str) -> None:
    line, reason = BAD_LINES[case]
    said = race("races 4", "cpus 1", line)
    assert said.status == 3
    assert len(said.rows) == 1
    assert reason in said.of("broken")[0]["why"]


ACCEPTED = {
    "no unit": LINE.replace(" unit=4096", "") + f" {TWO}",
    "a bound below nothing": LINE.replace("bound=1", "bound=-1") + f" {TWO}",
    "a map that is neither": LINE.replace("map=shared", "map=purple") + f" {TWO}",
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_values_without_meaning_are_refused_when_the_job_is_read(race: Race, case: str) -> None:
    said = race("races 4", "cpus 1", ACCEPTED[case])
    assert [row["t"] for row in said.rows] == ["broken"]
    assert "scenario s" in said.rows[0]["why"]


@pytest.mark.parametrize("op", ["punch", "pin", "truncate"])
def test_races_end_with_their_time_also_within_a_file(race: Race, op: str) -> None:
    each = of_two(op, "write-fault")
    began = time.monotonic()
    said = race("races 9000000", "seconds 2", "cpus 1", "seed 1", *scenario_lines([each]))
    (row,) = said.of("stress")
    assert time.monotonic() - began < 30
    assert 2 <= row["seconds"] < 20
    assert 0 < row["races"] < row["asked"] == (9000000 if op == "punch" else 562500)
    assert row["failures"] == {}
    alive = said.of("alive")
    assert alive
    assert [one["races"] for one in alive] == sorted({one["races"] for one in alive})
    assert {one["asked"] for one in alive} == {row["asked"]}


def test_stress_on_no_cpu_is_refused(race: Race) -> None:
    assert race("races 4", f"{LINE} {TWO}").of("broken")


def test_a_job_that_is_not_there_and_no_job_at_all_are_broken(racer: Path) -> None:
    for words, reason in ((["/nowhere"], "job file /nowhere"), ([], "usage: racer JOB")):
        done = subprocess.run([racer, *words], capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode == 3
        assert reason in json.loads(done.stdout)["why"]


def test_a_sweep_on_a_kernel_that_the_points_did_not_come_from_is_broken(race: Race) -> None:
    said = race("build-id " + "00" * 20, f"{LINE} {TWO}")
    assert "not the one the points came from: build id 0000" in said.of("broken")[0]["why"]


def test_comments_and_empty_lines_of_a_job_are_passed_over(race: Race) -> None:
    assert len(race("# a comment", "", "races 4", "cpus 1", f"{LINE} {TWO}").of("stress")) == 1


def test_the_job_that_the_harness_writes_is_read_with_its_points(race: Race, tmpfs: Path) -> None:
    files = Job("00", (1, 2, 3), (of_two("read-fault", "write-fault"),), races=4, cpus=1).files()
    (tmpfs / "job.points").write_bytes(files["job.points"])
    text = files["job"].decode().replace("/job.points", f"{tmpfs}/job.points")
    assert len(race(*text.splitlines()).of("stress")) == 1


@pytest.mark.parametrize(
    ("text", "armed"), [("WARNING: CPU: 0 PID: 1 at fs/dax.c:398 dax_insert_entry+0x1/0x2", "1"), ("pmem0: set up", "")]
)
def test_a_splat_that_nobody_is_told_of_arms_warn_on_once_again(
    race: Race, tmp_path: Path, text: str, armed: str
) -> None:
    log, once = tmp_path / "kmsg", tmp_path / "clear_warn_once"
    log.write_text(f"4,1,100,-;{text}{' ' * 200}\n")  # the racer writes its own words over it
    once.touch()
    said = race("races 4", "cpus 1", f"{LINE} {TWO}", LAB_KMSG=str(log), LAB_CLEAR_ONCE=str(once))
    assert [row["failures"] for row in said.of("stress")] == [{}]
    assert once.read_text() == armed


def test_two_jobs_of_one_seed_say_the_same(race: Race) -> None:
    lines = ["races 64", "cpus 1", "seed 7", f"{LINE} {TWO}"]
    first, second = race(*lines), race(*lines)
    for said in (first, second):
        said.of("stress")[0].pop("seconds")
    assert [row["t"] for row in first.rows] == [row["t"] for row in second.rows]
    assert first.of("stress") == second.of("stress")


# What the checks say of results that are made up: tests/guest/wrong.c feeds each case to check_results().
WRONG: dict[str, set[str]] = {
    "nothing": set(),
    "store-seen": set(),
    "sigbus": {"sigbus"},
    "sigbus-at-look": {"sigbus"},
    "sigbus-behind-end": set(),
    "error": {"error"},
    "stale-read": {"stale-read"},
    "read-zero-after-punch": set(),
    "read-zero-without-punch": {"stale-read"},
    "read-of-private-store": {"stale-read"},
    "own-private-store": set(),
    "lost-store": {"lost-store"},
    "unfinished-store-absent": set(),
    "store-punched": set(),
    "lost-bytes": {"lost-bytes"},
    "bytes-punched": set(),
    "old-data-after-punch": {"stale-read"},
    "old-data-during-punch": set(),
    "foreign-store": {"lost-bytes"},
    "file-ends-early": {"lost-bytes"},
    "file-truncated": set(),
    "mapped-behind-end": {"mismatch"},
    "mismatch": {"mismatch"},
    "private-mapping-differs": set(),
    "private-store-lost": {"lost-store"},
    "private-store-in-file": {"lost-bytes"},
    "collapsed": set(),
    "collapsed-twice": set(),
    "collapsed-too-far": {"lost-bytes"},
    "other-window": {"lost-store"},
    "store-meant-for-another-window": {"lost-bytes"},
    "read-of-other-window": {"stale-read"},
    "other-window-in-file": {"lost-bytes"},
    "poisoned": set(),
    "poisoned-and-more": {"sigbus"},
    "poison-behind-end": {"sigbus"},
    "full-store": set(),
    "full-read": {"sigbus"},
    "full-pwrite": set(),
    "full-nobody": {"error"},
    "full-populate": set(),
    "no-space": {"error"},
    "fork-behind-end": set(),
    "fork-fails": {"error"},
    "reused": set(),
    "reused-block-stored-to": {"lost-bytes"},
    "reused-by-nobody": {"error"},
    "reused-content-read": {"stale-read"},
    "lost-after-own-punch": {"lost-store"},
    "stored-after-own-punch": set(),
    "extended-with-old-data": {"stale-read"},
    "map-sync": set(),
    "map-sync-uncommitted": {"not-durable"},
    "unready": {"sigbus"},
}
# Preparations that failed for a reason that may be the lab's own.
BROKEN = {
    "unready-read": "No data available",
    "unready-without-room": "File too large",
    "unready-full": "No space left on device",
}


@pytest.fixture(scope="session")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("wrong") / "wrong"
    sources = [path for path in sorted(RACER.glob("*.c")) if path.name != "main.c"]
    subprocess.run([*FLAGS, "-o", program, Path(__file__).parent / "wrong.c", *sources], check=True)
    return program


@pytest.mark.parametrize("case", WRONG)
def test_wrong_results_are_reported_as_exactly_what_they_are(wrong: Path, tmpfs: Path, case: str) -> None:
    said = subprocess.run([wrong, case], env={"LAB_FOLDER": str(tmpfs)}, capture_output=True, text=True, check=True)
    kinds = [line.split(" ")[0] for line in said.stdout.splitlines()]
    assert set(kinds) == WRONG[case], said.stdout
    assert set(kinds) <= set(Kind)


def test_every_case_of_the_program_is_tested(wrong: Path) -> None:
    said = subprocess.run([wrong], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [*WRONG, *BROKEN]


@pytest.mark.parametrize("case", BROKEN)
def test_a_sigbus_in_a_preparation_that_no_system_call_can_make_either_is_the_labs(
    wrong: Path, tmpfs: Path, case: str
) -> None:
    said = subprocess.run([wrong, case], env={"LAB_FOLDER": str(tmpfs)}, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (3, "")
    assert "actor A got SIGBUS, si_code 2, in the preparation, at file offset 0" in said.stderr
    assert BROKEN[case] in said.stderr


def test_a_report_names_actor_operation_and_offset(wrong: Path, tmpfs: Path) -> None:
    def text(case: str) -> str:
        env = {"LAB_FOLDER": str(tmpfs)}
        done = subprocess.run([wrong, case], env=env, capture_output=True, text=True, check=True)
        for path in tmpfs.iterdir():
            path.unlink()
        return done.stdout

    assert "B: write-fault got SIGBUS, si_code 2, 1 times" in text("sigbus")
    assert "B: write-fault failed with EIO" in text("error")
    assert re.search(r"at file offset 0x240: 0$", text("lost-store"), re.MULTILINE), "B's slot of the first page"
    assert "A: SIGBUS, si_code 2, while the file was prepared, at file offset 0\n" in text("unready")
