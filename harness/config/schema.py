# SPDX-License-Identifier: GPL-2.0-only
"""JSON schemas (draft 2020-12) of the yaml files."""

from typing import Any, Literal

from harness.config.models import Lab, Scenario, Series
from harness.config.section import Section

MODELS: dict[str, type[Section]] = {"lab": Lab, "scenario": Scenario, "series": Series}
# What the loader takes from the file's place, and no file may say.
GIVEN = {"scenario": ("name",), "series": ("name", "folder")}


def schema_of(which: Literal["lab", "scenario", "series"]) -> dict[str, Any]:
    """The schema of lab.yaml, of a scenario's file or of series.yaml."""
    schema = MODELS[which].model_json_schema(by_alias=True)
    for name in GIVEN.get(which, ()):
        del schema["properties"][name]
        schema["required"].remove(name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
