# SPDX-License-Identifier: GPL-2.0-only
"""What is asked of a build, and what differs between two; the builds themselves are tests/unit/kernel's."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.models import KernelSpec
from harness.config.series import Series
from harness.engine.experiment import Wanted
from harness.engine.kernels import Made, differing_units, request_of
from harness.errors import BadInput
from harness.kernel.artefacts import Kernel
from harness.kernel.sources import SourceTree
from harness.kernel.spec import module_folders
from harness.results.run import KernelInfo

SPEC = KernelSpec.model_validate({"source": {"debian": "linux-source-6.1"}, "debug": ["lockdep"], "cc": "gcc-12"})
Make = Callable[..., Made]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """Gives a kernel of these objects; None stands for one that did not compile."""

    def make(name: str, objects: dict[str, str] | None, config: str = "CONFIG_FS_DAX=y\n") -> Made:
        kernel = None if objects is None else Kernel(name, "key", tmp_path / name, "6.1", "c0ffee", objects)
        (tmp_path / name).mkdir()
        (tmp_path / name / "config").write_text(config)
        return Made(Wanted("with", name, SPEC), KernelInfo(name=name, side="with"), kernel)

    return make


def test_a_unit_differs_where_the_code_of_its_object_does(made: Make) -> None:
    one = {"fs/dax.o": "a", "mm/memory.o": "m", "fs/ext4/file.o": "x"}
    other = {"fs/dax.o": "b", "mm/memory.o": "m", "fs/ext4/file.o": "y"}
    assert differing_units([made("one", one), made("other", other)]) == ["fs/dax.c", "fs/ext4/file.c"]


@pytest.mark.parametrize("other", [None, {}, {"fs/dax.o": "a"}, {"fs/new.o": "n", "fs/dax.o": "a"}])
def test_nothing_differs_where_there_is_nothing_to_compare(made: Make, other: dict[str, str] | None) -> None:
    assert differing_units([made("one", {"fs/dax.o": "a"}), made("other", other)]) == []


def test_kernels_of_two_configs_differ_in_every_object_which_says_nothing(made: Make) -> None:
    checked = made("other", {"fs/dax.o": "b"}, "CONFIG_FS_DAX=y\nCONFIG_LOCKDEP=y\n")
    assert differing_units([made("one", {"fs/dax.o": "a"}), checked]) == []


def test_kernels_of_two_toolchains_differ_in_every_object_even_where_the_config_does_not_tell(made: Make) -> None:
    one, other = made("one", {"fs/dax.o": "a"}), made("other", {"fs/dax.o": "b"})
    by_root = replace(other, info=replace(other.info, toolchain="toolchain debian-11, CC=gcc"))
    assert differing_units([one, by_root]) == []


def test_every_module_of_the_lab_is_built_with_a_kernel() -> None:
    assert {"interleave", "dirty-tags", "durability"} <= {path.name for path in module_folders()}
    assert all((path / "Kbuild").is_file() for path in module_folders())


@pytest.fixture
def series(tmp_path: Path) -> Series:
    versions = {"v1": {"6.1": ("old.patch",)}, "v2": {"6.1": ("a.patch", "b.patch"), "6.12": ("c.patch",)}}
    return Series(name="s", folder=tmp_path, title="t", intent="i", base="b", versions=versions)


def request_patches(series: Series | None, release: str, version: str | None = None) -> list[str]:
    spec = SPEC.model_copy(update={"version": version})
    tree = SourceTree(Path("/nowhere"), release, "digest")
    request = request_of(Wanted("without", "unlocked", spec, series), tree, ("fs/dax.c",))
    assert (request.name, request.cc, request.debug_units) == ("unlocked", "gcc-12", ("fs/dax.c",))
    assert any("lockdep" in path.name for path in request.fragments)
    assert request.modules == module_folders()
    return [path.name for path in request.patches]


def test_a_request_takes_the_newest_version_for_the_trees_release(series: Series) -> None:
    assert request_patches(series, "6.1.192") == ["a.patch", "b.patch"]
    assert request_patches(series, "6.12.3") == ["c.patch"]
    assert request_patches(series, "6.1.192", version="v1") == ["old.patch"]
    assert request_patches(None, "6.1.192") == []


def test_a_release_without_patches_is_bad_input(series: Series) -> None:
    with pytest.raises(BadInput, match=r"none for 6\.6\.1"):
        request_patches(series, "6.6.1")
