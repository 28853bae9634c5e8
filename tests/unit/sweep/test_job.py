# SPDX-License-Identifier: GPL-2.0-only
import struct

from harness.config.loader import load_scenarios
from harness.config.scenario import Actor
from harness.sweep.job import Job, scenario_lines
from tests.fakes.records import BUILD_ID, scenario

KEYS = ["name", "prepare", "map", "as", "unit", "pages", "bound", "tags", "durable"]


def test_a_scenarios_line_holds_everything_that_the_racer_reads() -> None:
    actors = (Actor(op="punch"), Actor(op="read-fault", page=1, pages=2))
    each = scenario(
        "s", prepare="written", pages=3, map="private", actors_as="processes", size="2M", bound=2, actors=actors,
        checks=("tags",),
    )  # fmt: skip
    assert scenario_lines([each]) == [
        "scenario name=s prepare=written map=private as=processes unit=2097152 pages=3 bound=2 tags=1 durable=0"
        " actor=punch:0:1 actor=read-fault:1:2"
    ]


def test_every_scenario_file_gives_a_line_with_pages_before_its_actors() -> None:
    scenarios = list(load_scenarios().values())
    for line, each in zip(scenario_lines(scenarios), scenarios, strict=True):
        kind, *words = line.split(" ")
        one = ["mapping"] if each.mapping == "shared" else []
        assert kind == "scenario"
        assert [word.partition("=")[0] for word in words] == [*KEYS, *one, *["actor"] * len(each.actors)]


def test_a_sweeps_job_names_the_build_id_the_points_file_and_each_scenario() -> None:
    files = Job(BUILD_ID, (0xFFFFFFFF81300000, 0x10), (scenario("one"), scenario("two"))).files()
    lines = files["job"].decode().splitlines()
    assert lines[:2] == [f"build-id {BUILD_ID}", "points /job.points"]
    assert [line.split()[1] for line in lines[2:]] == ["name=one", "name=two"]
    assert files["job"].endswith(b"\n")


def test_addresses_are_eight_bytes_each_little_endian() -> None:
    addresses = (0xFFFFFFFF81300000, 0x1, 0xFFFFFFFFFFFFFFFF)
    assert struct.unpack("<3Q", Job(BUILD_ID, addresses, ()).files()["job.points"]) == addresses


def test_a_job_without_points_has_an_empty_points_file() -> None:
    assert Job(BUILD_ID, (), ()).files()["job.points"] == b""


def test_what_to_resume_behind_or_to_run_alone_stands_before_the_scenarios() -> None:
    lines = Job(BUILD_ID, (), (scenario(),), resume="AB A1#1", only="BA B2#1").files()["job"].decode().splitlines()
    assert lines[2:4] == ["resume AB A1#1", "only BA B2#1"]
    assert lines[4].startswith("scenario ")


def test_a_guest_behind_a_crash_is_told_what_is_known_and_to_write_each_row() -> None:
    lines = Job(BUILD_ID, (), (scenario(),), known="AB A1#1", flush=1).files()["job"].decode().splitlines()
    assert lines[2:4] == ["known AB A1#1", "flush 1"]


def test_only_a_stress_job_speaks_of_races_cpus_and_seed() -> None:
    quiet = Job(BUILD_ID, (), (), cpus=4, seed=9).files()["job"].decode()
    assert "cpus" not in quiet
    stress = Job(BUILD_ID, (), (), races=2000, seconds=7, cpus=4, seed=9).files()["job"].decode().splitlines()
    assert stress[1:] == ["races 2000", "cpus 4", "seed 9", "seconds 7"]
    assert b"seconds" not in Job(BUILD_ID, (), (), races=2000).files()["job"]


def test_a_tape_is_asked_for_by_a_line_and_by_none_where_there_is_none() -> None:
    assert "\ntape 1\n" in Job("0a", (), (), tape=True).files()["job"].decode()
    assert "tape" not in Job("0a", (), ()).files()["job"].decode()


def test_stops_in_atomic_sections_are_asked_for_by_a_line() -> None:
    asked = Job(BUILD_ID, (0x10,), (scenario(),), atomic_stops=True).files()["job"].decode()
    assert "atomic-stops 1" in asked.splitlines()
    assert "atomic-stops" not in Job(BUILD_ID, (0x10,), (scenario(),)).files()["job"].decode()
