# SPDX-License-Identifier: GPL-2.0-only
"""Real kernels and guests: built once a session, then from the cache."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import folders
from harness.engine.experiment import Choice, Experiment, resolve
from harness.engine.run import perform
from harness.results.folder import RunFolder
from harness.results.run import Run

LAB = folders.PROJECT / "lab.yaml"
HOUR = 3600.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of these tests to run builds a kernel, which takes minutes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(HOUR))


@pytest.fixture(scope="session")
def run_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs of the tests lie apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("runs")
        patch.setenv("LAB_RUNS", str(folder))
        yield folder


@pytest.fixture(scope="session")
def experiment() -> Experiment:
    """lab.yaml as it stands, at the bounds of the scenarios."""
    return resolve(Choice(LAB, budget=HOUR, stress=False))


@pytest.fixture(scope="session")
def pair(experiment: Experiment, run_folders: Path) -> tuple[RunFolder, Run]:
    """The whole default experiment, run once."""
    return perform(experiment)
