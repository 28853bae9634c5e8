# SPDX-License-Identifier: GPL-2.0-only
"""Reads lab.yaml, the scenarios and a series. Every error is a BadInput that names file, line and key."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from harness import folders
from harness.config import marked
from harness.config.filesystems import with_filesystems
from harness.config.marked import Document, Steps
from harness.config.models import Lab, Scenario, Series
from harness.config.operations import operations
from harness.config.problems import bad_input, choice
from harness.config.section import Section
from harness.errors import BadInput

SCENARIOS = folders.PROJECT / "guest-tests" / "scenarios"
PATCHES = folders.PROJECT / "patches"

Model = TypeVar("Model", bound=Section)


def load_lab(path: Path) -> Lab:
    """lab.yaml as a model, paths resolved against its folder, kernels with their guests' file systems.

    Raises BadInput.
    """
    document = marked.read(path)
    lab = _validated(Lab, document)
    for name, kernel in lab.kernels.items():
        if kernel.series:
            _check_series(document, name, kernel.series, kernel.version)
    _check_choices(document, lab)
    return with_filesystems(lab)


def check_kernel(path: Path, name: str, kernels: Iterable[str]) -> None:
    """Raises BadInput for a kernel that the lab.yaml at ``path`` does not have."""
    known = list(kernels)
    if name not in known:
        raise BadInput(f"{path}: kernels: there is no `{name}`; there are {', '.join(known)}")


def load_scenarios(folder: Path = SCENARIOS) -> dict[str, Scenario]:
    """Every scenario of a folder by name (a file's stem), sorted. Raises BadInput, also if there is none."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise BadInput(f"{folder}: holds no scenario (*.yaml)")
    return {file.stem: load_scenario(file) for file in files}


def load_scenario(path: Path) -> Scenario:
    """One scenario file. Raises BadInput."""
    document = marked.read(path)
    scenario = _validated(Scenario, document, name=path.stem)
    for index, actor in enumerate(scenario.actors):
        if actor.op not in operations():
            sentence = f"the racer has no operation `{actor.op}`{choice(actor.op, operations())}"
            _fail(document, ("actors", index, "op"), sentence)
    for kind, rule in scenario.documented.items():
        for name in rule.fixed_by:
            if name not in series_names():
                _fail(document, ("documented", kind, "fixed_by"), no_series(name))
    return scenario


def load_series(folder: Path) -> Series:
    """The series in a folder; every patch file it names is there. Raises BadInput."""
    document = marked.read(folder / "series.yaml")
    parts = folder.parts[folder.parts.index("patches") + 1 :] if "patches" in folder.parts else folder.parts[-1:]
    series = _validated(Series, document, name="/".join(parts), folder=folder)
    for version, by_release in series.versions.items():
        for release, patches in by_release.items():
            _check_patches(document, folder, ("versions", version, release), patches)
    return series


def series_folder(name: str) -> Path:
    """Where the series that lab.yaml calls ``name`` lives."""
    return PATCHES / name


def series_names() -> tuple[str, ...]:
    """Every series of patches/, sorted, as lab.yaml calls them."""
    return _series_in(PATCHES)


@cache
def _series_in(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(str(file.parent.relative_to(folder)) for file in folder.rglob("series.yaml")))


def no_series(name: str) -> str:
    """What is said of a series that there is not."""
    return f"no series is called `{name}`{choice(name, series_names())}"


def _validated(model: type[Model], document: Document, **given: Any) -> Model:
    """``given`` are the fields that come from where the file is, not from what it says."""
    data = document.data
    if not isinstance(data, dict):
        raise BadInput(f"{document.path}:1: must be keys with values: `lab schema` shows which")
    for name in given:
        if name in data:
            _fail(document, (name,), f"unknown key: the {name} comes from the file's place")
    try:
        return model.model_validate({**data, **given}, context={"folder": document.path.absolute().parent})
    except ValidationError as error:
        raise bad_input(document, error) from None


def _check_series(document: Document, kernel: str, name: str, version: str | None) -> None:
    folder, steps = series_folder(name), ("kernels", kernel, "series")
    if not (folder / "series.yaml").is_file():
        _fail(document, steps, no_series(name))
    series = load_series(folder)
    if version and version not in series.versions:
        sentence = f"no version of {name} is called `{version}`{choice(version, list(series.versions))}"
        _fail(document, ("kernels", kernel, "version"), sentence)


def _check_choices(document: Document, lab: Lab) -> None:
    names = sorted(file.stem for file in SCENARIOS.glob("*.yaml"))
    for index, each in enumerate(lab.scenarios):
        if each.name not in names:
            _fail(document, ("scenarios", index), f"no scenario is called `{each.name}`{choice(each.name, names)}")


def _check_patches(document: Document, folder: Path, steps: Steps, patches: tuple[str, ...]) -> None:
    for index, patch in enumerate(patches):
        if not (folder / patch).is_file():
            _fail(document, (*steps, index), f"{folder / patch} does not exist")


def _fail(document: Document, steps: Steps, sentence: str) -> None:
    dotted = ".".join(map(str, steps))
    raise BadInput(f"{document.path}:{document.line(steps)}: {dotted}: {sentence}")
