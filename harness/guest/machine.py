# SPDX-License-Identifier: GPL-2.0-only
"""Machine types that a guest can have: one file of machines/ each."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from harness.errors import BadInput

FOLDER = Path(__file__).parent / "machines"


class Machine(BaseModel):
    """One machine type: QEMU's name for it and the options it is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    machine: str
    options: tuple[str, ...] = ()


def names(folder: Path = FOLDER) -> list[str]:
    """The machines there are."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


@cache
def load(name: str, folder: Path = FOLDER) -> Machine:
    """The machine called ``name``. Raises BadInput for one that has no file, or a file with another content."""
    path = folder / f"{name}.yaml"
    if name not in names(folder):
        raise BadInput(f"there is no machine `{name}`: choose one of {', '.join(names(folder))}")
    try:
        return Machine.model_validate(yaml.safe_load(path.read_text()))
    except (ValidationError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: {error}") from None
