# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness import folders
from harness.bisect.scene import scene
from harness.errors import BadInput

LAB = folders.PROJECT / "lab.yaml"


def test_what_is_not_given_comes_from_lab_yaml_and_the_bound_is_a_ceiling() -> None:
    found = scene(LAB, None, "read-write-hole", 1, ())
    assert (found.base, found.scenario.bound, found.units) == ("stock", 1, ("fs/dax.c",))
    assert scene(LAB, "unlocked", "read-write-hole", 1, ("mm/memory.c",)).units == ("mm/memory.c",)


def test_the_kernel_gets_the_scenarios_file_system() -> None:
    plain, cloned = (scene(LAB, None, name, 1, ()).spec.config for name in ("read-write-hole", "clone-write"))
    assert set(cloned) > set(plain)


@pytest.mark.parametrize(("base", "scenario"), [("nothing", "read-write-hole"), (None, "nothing")])
def test_a_kernel_or_scenario_that_there_is_not_is_wrong_input(base: str | None, scenario: str) -> None:
    with pytest.raises(BadInput):
        scene(LAB, base, scenario, 1, ())
