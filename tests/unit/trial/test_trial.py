# SPDX-License-Identifier: GPL-2.0-only
"""Who reaches a change: scenarios are tried with their checks, and those that cannot be checked there are left out."""

from pathlib import Path

import pytest

from harness import folders
from harness.config.models import GuestSpec, KernelSpec
from harness.deadline import Deadline
from harness.engine.experiment import Choice, resolve
from harness.engine.guests import Supplies
from harness.engine.sweeps import Hall
from harness.errors import LabBroke
from harness.trial.change import Change
from harness.trial.scope import Scope
from harness.trial.trial import Trial, TrialChoice
from tests.fakes.boots import Boots, scripted_qemu
from tests.fakes.records import POINTS, begin, boot, bye, done, end, passed, scenario, start, subject

LAB = folders.PROJECT / "lab.yaml"
NO_JOURNAL = "no /proc/fs/jbd2/*/info: nothing tells whether a MAP_SYNC store's block was committed"


@pytest.fixture
def trial() -> Trial:
    spec = KernelSpec.model_validate({"build": "/"}, context={"folder": Path("/")})
    return Trial(TrialChoice(LAB, "my.patch"), Change("my.patch", spec, spec), resolve(Choice(LAB)))


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    scripted_qemu(tmp_path, monkeypatch)
    store = Supplies(tmp_path / "base.cpio", tmp_path / "template")
    store.base.write_bytes(b"")
    store.template.write_bytes(b"pmem")
    return Hall(GuestSpec(), store, tmp_path / "run" / "guests", Deadline.after(60), workers=1, batches=1)


def scope(folder: Path) -> Scope:
    kernel = subject(folder).kernel
    touched = frozenset({"dax_insert_entry"})
    return Scope("tried", kernel, frozenset({("fs/dax.c", 103)}), touched, frozenset(), POINTS, POINTS)


def swept(name: str) -> list[str]:
    return [begin(name), passed("AB"), passed("BA"), end(), done(name)]


def impossible(name: str) -> list[str]:
    return [begin(name, missing=NO_JOURNAL), done(name)]


def test_a_scenario_whose_check_needs_what_is_not_there_is_left_out_before_it_is_swept(
    trial: Trial, hall: Hall, tmp_path: Path
) -> None:
    wanted = [scenario("plain"), scenario("durable", ("mapsync-write", "read-fault"), checks=("durable",))]
    boots = Boots(tmp_path)
    boots.follow([boot(*start(), *swept("plain"), *impossible("durable"), bye())])
    reaches = trial._reaches(scope(tmp_path), wanted, hall)
    assert [(each.scenario.name, each.lines) for each in reaches] == [("plain", {("fs/dax.c", 103)})]
    assert trial.left == {"durable": NO_JOURNAL}
    told = [words for words in boots.job(0) if words.startswith("scenario name=durable")]
    assert len(told) == 1 and " durable=1 " in told[0] and " bound=0 " in told[0]


def test_where_nothing_can_be_run_the_lab_is_at_fault(trial: Trial, hall: Hall, tmp_path: Path) -> None:
    Boots(tmp_path).follow([boot(*start(), *impossible("durable"), bye())])
    with pytest.raises(LabBroke, match="no scenario runs on tried: no /proc/fs/jbd2"):
        trial._reaches(scope(tmp_path), [scenario("durable", checks=("durable",))], hall)
