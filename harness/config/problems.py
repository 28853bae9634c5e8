# SPDX-License-Identifier: GPL-2.0-only
"""Errors of the models as sentences: file, line, dotted key, what is wrong, what is allowed."""

import difflib
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from harness.config.marked import Document, Steps
from harness.counted import counted
from harness.errors import BadInput

KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "path_type": "a path",
}
LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "greater_than": ("gt", "more than"),
    "less_than": ("lt", "less than"),
}


def bad_input(document: Document, error: ValidationError) -> BadInput:
    """The first problem as one sentence, with the number of the others."""
    # A missing key is often the one that was misspelt: what is there and wrong comes first.
    errors = sorted(error.errors(), key=lambda each: each["type"] == "missing")
    found = [_located(document, each) for each in errors]
    line, key, what = found[0]
    where = f"{document.path}:{line}: {key}: " if key else f"{document.path}:{line}: "
    more = f" ({counted(len(found) - 1, 'more problem')} after it)" if len(found) > 1 else ""
    return BadInput(f"{where}{what}{more}")


def guess(word: str, allowed: Sequence[str]) -> str:
    """``", did you mean `X`?"`` if a name in ``allowed`` is close to ``word``, else nothing."""
    near = difflib.get_close_matches(word, allowed, n=1, cutoff=0.6)
    return f", did you mean `{near[0]}`?" if near else ""


def choice(word: str, allowed: Sequence[str]) -> str:
    """``"did you mean ...? allowed are ..."``, to be put after what is wrong."""
    return f"{guess(word, allowed) or ';'} allowed are {', '.join(allowed) or 'none'}"


def _located(document: Document, error: ErrorDetails) -> tuple[int, str, str]:
    steps, missing = _steps(document.data, error["loc"], error["type"] == "missing")
    context: dict[str, Any] = error.get("ctx", {})
    if "key" in context:
        steps = (*steps, context["key"])
    dotted = ".".join(map(str, (*steps, *missing)))
    return document.line(steps), dotted, _sentence(error, context)


def _steps(data: Any, loc: Sequence[str | int], missing: bool) -> tuple[Steps, Steps]:
    """Splits pydantic's location into what is in the file and what is not (a missing key); drops the tags of unions
    and pydantic's own marks, which are in neither."""
    steps: Steps = ()
    for index, part in enumerate(loc):
        if isinstance(data, dict) and str(part) in data:
            data, steps = data[str(part)], (*steps, str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data, steps = data[part], (*steps, part)
        elif missing and index == len(loc) - 1:
            return steps, (part,)
    return steps, ()


def _sentence(error: ErrorDetails, context: dict[str, Any]) -> str:
    kind, given = error["type"], error["input"]
    if kind == "unknown_key":
        return f"unknown key{choice(context['key'], context['allowed'])}"
    if kind == "unknown_name":
        return f"{error['msg']}{choice(context['name'], context['allowed'])}"
    if kind == "missing":
        return "missing: this key must be given"
    if kind in ("literal_error", "enum"):
        allowed = context["expected"].replace(" or ", ", ").replace("'", "").split(", ")
        return f"`{given}` is not known here{choice(str(given), allowed)}"
    return _value_sentence(error, context)


def _value_sentence(error: ErrorDetails, context: dict[str, Any]) -> str:
    kind, given = error["type"], error["input"]
    if kind in KINDS:
        quotes = f': write "{given}"' if kind == "string_type" and isinstance(given, int | float) else ""
        return f"must be {KINDS[kind]}, not {_shown(given)}{quotes}"
    if kind in LIMITS:
        name, words = LIMITS[kind]
        return f"must be {words} {context[name]}, not {given}"
    if kind == "string_pattern_mismatch":
        return f"`{given}` does not have the right form ({context['pattern']})"
    if kind in ("too_short", "too_long"):
        limit = context.get("min_length", context.get("max_length"))
        return (
            f"must have at {'least' if kind == 'too_short' else 'most'} {limit} entries, not {context['actual_length']}"
        )
    return error["msg"].removeprefix("Value error, ")


def _shown(given: Any) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, dict):
        return "keys with values"
    return "a list" if isinstance(given, list) else f"`{given}`"
