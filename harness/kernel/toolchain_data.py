# SPDX-License-Identifier: GPL-2.0-only
"""toolchains.yaml: toolchains by name, and the rules by which a kernel's release asks for one, or for words to make."""

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from harness.errors import BadInput

DATA = Path(__file__).parent / "toolchains.yaml"


class Named(BaseModel):
    """One toolchain: ``cc``, ``ld``, ``hostcflags`` and ``make`` as in lab.yaml; with ``debian`` of that release."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cc: str | None = None
    ld: str | None = None
    hostcflags: str | None = None
    make: dict[str, str] = {}
    debian: str | None = None
    packages: tuple[str, ...]
    why: str


class Rule(BaseModel):
    """One rule: ``from_`` is tool -> version from which on it holds, any of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    variable: Literal["CC", "LD", "HOSTCFLAGS", ""] = ""
    words: tuple[str, ...] = ()
    relocations: Literal["plt32-as-pc32", ""] = ""
    toolchain: str = ""
    until: str
    from_: dict[Literal["gcc", "clang", "ld"], str] = Field(alias="from")
    why: str
    mended: str


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    toolchains: dict[str, Named]
    rules: tuple[Rule, ...]


@cache
def _data() -> _Data:
    return _Data.model_validate(yaml.safe_load(DATA.read_text()))


def rules() -> tuple[Rule, ...]:
    """The rules, in order."""
    return _data().rules


def toolchains() -> dict[str, Named]:
    """Every toolchain that has a name."""
    return _data().toolchains


def named(name: str) -> Named:
    """The toolchain of that name. Raises BadInput."""
    if name not in toolchains():
        raise BadInput(f"toolchain: none is called `{name}`: known are {', '.join(toolchains())}")
    return toolchains()[name]
