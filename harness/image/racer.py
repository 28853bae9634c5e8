# SPDX-License-Identifier: GPL-2.0-only
"""Builds the guest's test program from guest-tests/racer, once per content."""

from functools import partial
from pathlib import Path

from harness.folders import PROJECT
from harness.image.content import cached, digest
from harness.process import run

SOURCES = PROJECT / "guest-tests" / "racer"
HEADERS = PROJECT / "guest-tests" / "include"
# Without a build id and symbols the bytes depend on the source and the compiler alone.
FLAGS = ("-static", "-O2", "-pthread", "-Wall", "-Wextra", "-Werror", "-s", "-Wl,--build-id=none")


def build_racer(sources: Path = SOURCES, headers: Path = HEADERS, cc: str = "gcc") -> Path:
    """The statically linked racer. Raises CommandFailed with the compiler's words if it does not compile."""
    units = sorted(sources.glob("*.c"))
    inputs = sorted({*units, *sources.glob("*.h"), *headers.glob("*.h")})
    compiler = run([cc, "--version"]).stdout.partition("\n")[0]
    names = "\n".join(path.name for path in inputs)
    key = digest(compiler, " ".join(FLAGS), names, *inputs)
    return cached("racer", "racer", key, partial(_compile, cc=cc, sources=sources, headers=headers, units=units))


def _compile(draft: Path, *, cc: str, sources: Path, headers: Path, units: list[Path]) -> None:
    # Relative names, so that __FILE__ is the same wherever the project lies.
    run([cc, *FLAGS, f"-I{headers}", "-o", draft.resolve(), *[unit.name for unit in units]], cwd=sources)
    draft.chmod(0o755)
