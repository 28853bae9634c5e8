# SPDX-License-Identifier: GPL-2.0-only
"""compare.json: a Comparison to text and back."""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from harness.compare.comparison import SCHEMA, Comparison
from harness.errors import BadInput
from harness.report.harmless import storable

FILE = "compare.json"


def dump(comparison: Comparison) -> str:
    """The comparison as JSON, with its answer and exit status in front."""
    plain = TypeAdapter(Comparison).dump_python(comparison, mode="python")
    head = {"answer": str(comparison.answer), "status": int(comparison.answer.status)}
    return storable(json.dumps({**head, **plain}, ensure_ascii=False, indent=1)) + "\n"


def load(path: Path) -> Comparison:
    """The inverse of dump(). Raises BadInput for a file that is damaged or of another schema."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain["schema"] != SCHEMA:
            raise BadInput(f"{path} has schema {plain['schema']}, this lab reads {SCHEMA}; use the lab that made it")
        return TypeAdapter(Comparison).validate_python({key: value for key, value in plain.items() if key not in HEAD})
    except FileNotFoundError:
        raise BadInput(f"{path} is not there: it is no folder of a comparison") from None
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise BadInput(f"{path}: {str(error).splitlines()[0]}; the folder is damaged") from None


HEAD = ("answer", "status")
