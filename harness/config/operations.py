# SPDX-License-Identifier: GPL-2.0-only
"""The operations that the racer knows, read from its own table: there is no second list to forget."""

import re
from functools import cache
from pathlib import Path

from harness.errors import LabBroke
from harness.folders import PROJECT

TABLE = PROJECT / "guest-tests" / "racer" / "ops.c"
ENTRY = re.compile(r'^\s*\{ "([a-z][a-z0-9-]*)", op_\w+', re.MULTILINE)
EFFECTS = re.compile(r'^\s*\{ "([a-z][a-z0-9-]*)", op_\w+,([^}]*)\}', re.MULTILINE)


@cache
def operations(table: Path = TABLE) -> tuple[str, ...]:
    """Names of the operations in the table's order. Raises LabBroke if the table cannot be found."""
    try:
        names = ENTRY.findall(table.read_text())
    except OSError as error:
        raise LabBroke(f"{table}: the racer's table of operations cannot be read: {error.strerror}") from None
    if not names:
        raise LabBroke(f'{table}: holds no table of operations, lines such as {{ "read-fault", op_read_fault, ... }}')
    return tuple(names)


@cache
def effects(table: Path = TABLE) -> dict[str, frozenset[str]]:
    """What each operation says it does, as in the table without the prefix: ``{"read-fault": {"READS"}}``.

    Raises LabBroke if the table cannot be read, or an operation's line cannot.
    """
    names = operations(table)
    found = {name: frozenset(re.findall(r"\bOP_([A-Z]+)", rest)) for name, rest in EFFECTS.findall(table.read_text())}
    for name in names:
        if name not in found:
            raise LabBroke(f"{table}: the effects of `{name}` cannot be read from its line")
    return {name: found[name] for name in names}
