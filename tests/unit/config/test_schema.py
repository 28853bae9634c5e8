# SPDX-License-Identifier: GPL-2.0-only
from typing import Any

import jsonschema
import pytest
import yaml

from harness import folders
from harness.config import loader
from harness.config.schema import schema_of


def valid(which: Any, data: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schema_of(which)).is_valid(data))


@pytest.mark.parametrize("which", ["lab", "scenario", "series"])
def test_the_schema_is_itself_valid(which: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(which))


def test_lab_yaml_fits_its_schema_and_a_misspelt_key_does_not() -> None:
    data = yaml.safe_load((folders.PROJECT / "lab.yaml").read_text())
    assert valid("lab", data)
    assert not valid("lab", {**data, "kernel": {}})


def test_both_ways_to_choose_scenarios_fit() -> None:
    data = yaml.safe_load((folders.PROJECT / "lab.yaml").read_text())
    assert valid("lab", {**data, "scenarios": ["one", {"name": "two", "bound": 1}]})
    assert not valid("lab", {**data, "scenarios": "most"})


def test_a_file_that_the_loader_takes_fits_the_schema() -> None:
    for file in loader.SCENARIOS.glob("*.yaml"):
        assert valid("scenario", yaml.safe_load(file.read_text())), file
    for file in loader.PATCHES.rglob("series.yaml"):
        assert valid("series", marked_data(file)), file


def marked_data(file: Any) -> Any:
    from harness.config import marked

    return marked.read(file).data


def test_what_comes_from_the_place_of_a_file_is_not_in_its_schema() -> None:
    assert "name" not in schema_of("scenario")["properties"]
    assert not {"name", "folder"} & set(schema_of("series")["required"])


def test_the_schema_says_of_a_sweeps_guest_what_the_loader_says() -> None:
    data = yaml.safe_load((folders.PROJECT / "lab.yaml").read_text())
    assert valid("lab", {**data, "guests": {"sweep": {"cpus": 1}, "stress": {"cpus": 4}}})
    assert not valid("lab", {**data, "guests": {"sweep": {"cpus": 2}}})
    assert not valid("lab", {**data, "guests": {"swep": {}}})
