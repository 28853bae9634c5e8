# SPDX-License-Identifier: GPL-2.0-only
"""Recipes of initramfs: one file of images/ each, naming what is taken from which package of the host."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from harness.errors import BadInput, LabBroke
from harness.folders import PROJECT
from harness.image import cpio, programs
from harness.image.cpio import Entry

FOLDER = PROJECT / "images"


class Part(BaseModel):
    """Base of the sections of a recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Program(Part):
    """A program of the host and its libraries; ``links``: names by which it is also called, or all that it lists."""

    name: str
    package: str
    to: str
    static: bool = False
    links: tuple[str, ...] | Literal["all"] = ()

    def entries(self) -> Iterator[Entry]:
        """Its members. Raises LabBroke if the host lacks it, or has a dynamic one where no library will be."""
        path = programs.host_program(self.name, self.package)
        if self.static and programs.libraries(path):
            raise LabBroke(f"{path} is not statically linked: `apt-get install {self.package}` brings one that is")
        yield from programs.with_libraries(path, self.to)
        folder, _, target = self.to.rpartition("/")
        for name in programs.applets(path) if self.links == "all" else self.links:
            yield cpio.symlink(f"{folder}/{name}", target)


class Recipe(Part):
    """One initramfs without init and racer: folders, device nodes (major, minor), programs, small text files."""

    title: str
    folders: tuple[str, ...]
    nodes: dict[str, tuple[int, int]]
    programs: tuple[Program, ...]
    files: dict[str, str] = {}

    def entries(self) -> list[Entry]:
        """All members."""
        members = [cpio.directory(name) for name in self.folders]
        members += [cpio.character_device(name, *numbers) for name, numbers in self.nodes.items()]
        members += [cpio.regular(name, text.encode()) for name, text in self.files.items()]
        return members + [entry for program in self.programs for entry in program.entries()]


def names(folder: Path = FOLDER) -> list[str]:
    """The recipes there are."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load(name: str, folder: Path = FOLDER) -> Recipe:
    """The recipe called ``name``. Raises BadInput if it has no file, or one that is no recipe."""
    path = folder / f"{name}.yaml"
    if name not in names(folder):
        raise BadInput(f"there is no image `{name}`: choose one of {', '.join(names(folder))}")
    try:
        return Recipe.model_validate(yaml.safe_load(path.read_text()))
    except (ValidationError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: {error}") from None
