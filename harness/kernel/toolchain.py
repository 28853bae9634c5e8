# SPDX-License-Identifier: GPL-2.0-only
"""The compiler and linker a kernel is built with, as far as they decide its bytes."""

import shlex
from functools import cache

from harness.errors import BadInput, LabBroke
from harness.process import run


@cache
def identity(cc: str) -> str:
    """What tells this compiler and linker from others. Raises BadInput if `cc` does not run."""
    try:
        compiler = run([*shlex.split(cc), "--version"]).stdout.splitlines()[0]
    except (LabBroke, IndexError, ValueError):
        raise BadInput(f"cc: `{cc}` does not run: install it or name another compiler") from None
    return f"{compiler}\n{run(['ld', '--version']).stdout.splitlines()[0]}"
