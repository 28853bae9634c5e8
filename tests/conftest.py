# SPDX-License-Identifier: GPL-2.0-only
"""What every test shares: folders of its own, and the marker for tests that need a kernel."""

import signal
import threading
from pathlib import Path

import pytest

from harness import progress

VM_TESTS = Path(__file__).parent / "vm"


def pytest_configure() -> None:
    """A shell starts what it runs in the background with SIGINT ignored, and programs started from there inherit it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if VM_TESTS in item.path.parents:
            item.add_marker(pytest.mark.vm)


@pytest.fixture(autouse=True)
def own_folders(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test but those of real kernels sees the user's cache and runs."""
    if not request.node.get_closest_marker("vm"):
        monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))


@pytest.fixture(autouse=True)
def normal_volume() -> None:
    """A test that runs the command line with -q leaves no other test silent."""
    progress.set_level(progress.Level.NORMAL)
