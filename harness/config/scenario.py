# SPDX-License-Identifier: GPL-2.0-only
"""A scenario: what the actors do to one small file, and what must hold whatever the order. One file each."""

from typing import Literal

from pydantic import Field

from harness.config.section import Names, Section
from harness.sweep.records import Kind

MAX_BOUND = 2


class Actor(Section):
    """One actor's operation (a name in the racer's table) on ``pages`` pages from ``page`` on, counted in the
    scenario's page size."""

    op: str = Field(pattern="^[a-z][a-z0-9-]*$")
    page: int = Field(default=0, ge=0, le=63)
    pages: int = Field(default=1, ge=1, le=64)


class Scenario(Section):
    """guest-tests/scenarios/NAME.yaml; ``name`` is the file's stem."""

    name: str
    title: str
    guards: Names = Field(default=(), description="kernel commits this scenario guards")
    prepare: Literal["hole", "read", "written", "synced", "unwritten"]
    pages: int = Field(default=2, ge=1, le=64, description="pages of the file, in pages of `size`")
    map: Literal["shared", "private"] = "shared"
    actors_as: Literal["threads", "processes"] = "threads"
    size: Literal["4K", "2M"] = "4K"
    mount: Literal["ext4-dax", "xfs-dax"] = "ext4-dax"
    bound: int = Field(default=1, ge=0, le=MAX_BOUND, description="preemptive stops, over all actors")
    actors: tuple[Actor, ...] = Field(min_length=2, max_length=4)
    checks: tuple[Literal["tags", "durable"], ...] = ()
    documented: dict[Kind, str] = Field(default={}, description="kind of violation -> where it is documented")
