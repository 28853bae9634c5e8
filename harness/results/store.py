# SPDX-License-Identifier: GPL-2.0-only
"""results.json: a Run to text and back, strictly checked, versioned."""

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from harness.errors import BadInput
from harness.report.harmless import storable
from harness.results.packing import attach, pack, unpack, without_traces
from harness.results.run import READ, SCHEMA, Run
from harness.verdict.verdict import Verdict


@cache
def _runs() -> TypeAdapter[Run]:
    return TypeAdapter(Run)


def dump(run: Run) -> str:
    """The run as JSON: the same run gives the same bytes. Lone surrogates in guest output become \\\\udcNN text."""
    plain = pack(_runs().dump_python(_storable(without_traces(run)), mode="json"), run)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def load(text: str, name: str = "results.json") -> Run:
    """The inverse of dump(); ``name`` is what errors call the file. Raises BadInput for anything dump() never gives."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise BadInput(f"{name} is no JSON ({error}); the run folder is damaged") from None
    schema = plain.get("schema") if isinstance(plain, dict) else None
    if schema not in READ:
        raise BadInput(f"{name} has schema {schema}, this lab reads {READ[0]} to {SCHEMA}; use the lab that made it")
    plain["schema"] = SCHEMA  # of the value: what is read has all that this lab knows
    try:
        return attach(_runs().validate_json(json.dumps(unpack(plain)), strict=True), plain)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        if first["type"] == "unexpected_keyword_argument":
            age = "an older lab" if schema < SCHEMA else "another version of this lab"
            raise BadInput(
                f"{name} was written by {age} (schema {schema}), which knew `{where}`; use the lab that made it"
            ) from None
        raise BadInput(f"{name}: {where}: {first['msg']}; the run folder is damaged") from None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"{name}: results: {error!r}; the run folder is damaged") from None


def dump_verdict(verdict: Verdict) -> str:
    """verdict.json: word, exit status, sentence, reasons, findings, cells."""
    plain = TypeAdapter(Verdict).dump_python(verdict, mode="json")
    return json.dumps({"status": int(verdict.status), **plain}, ensure_ascii=False, indent=1) + "\n"


def _storable(value: Any) -> Any:
    """``value`` with every string in it as UTF-8 can hold it: pydantic refuses lone surrogates."""
    from dataclasses import fields, is_dataclass, replace

    if isinstance(value, str) and type(value) is str:
        return value if value.isascii() else storable(value)
    if isinstance(value, tuple | list):
        new = [_storable(each) for each in value]
        return value if all(map(_same, new, value)) else type(value)(new)
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for each in fields(value):
            old = getattr(value, each.name)
            if not _same(new := _storable(old), old):
                changed[each.name] = new
        return replace(value, **changed) if changed else value
    return value


def _same(one: Any, other: Any) -> bool:
    return one is other
