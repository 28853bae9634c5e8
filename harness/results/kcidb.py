# SPDX-License-Identifier: GPL-2.0-only
"""kcidb.json: the kernel under test as KCIDB takes it (https://docs.kernelci.org/kcidb/submitter_guide/), schema 5.3.

The kernel `without` is wrong on purpose and of no use to a public data base: it is left out.
"""

import json
from hashlib import sha256
from typing import Any

from harness.report.harmless import harmless
from harness.results.run import KernelInfo, Run
from harness.verdict.verdict import Cell, CellWord, Word

ORIGIN = "daxlab"
VERSION = {"major": 5, "minor": 3}
EXCERPT = 16384 // 4  # characters: the limit is one of bytes

# PASS and FAIL are words on the kernel. ERROR: the test itself broke; DONE: it ran and proves nothing; MISS: not run.
CELLS = {
    CellWord.SILENT: "PASS", CellWord.KNOWN: "PASS", CellWord.AS_EXPECTED: "FAIL", CellWord.FAILS: "FAIL",
    CellWord.LACKING: "DONE", CellWord.UNPROVEN: "DONE", CellWord.BROKEN: "ERROR", CellWord.NOT_RUN: "MISS",
}  # fmt: skip
WORDS = {Word.PASS: "PASS", Word.FAIL: "FAIL", Word.BROKEN: "ERROR", Word.INCONCLUSIVE: "DONE"}

Json = dict[str, Any]


def kcidb(run: Run) -> str:
    """The run as a KCIDB report; without a checkout where it has no kernel `with`."""
    kernel = run.kernel("with")
    plain: Json = {"version": VERSION}
    if kernel:
        checkout, build = _checkout(run, kernel), _build(run, kernel)
        tests = [_verdict(run, build["id"]), *_tests(run, kernel, build["id"])]
        plain |= {"checkouts": [checkout], "builds": [build], "tests": tests}
    return json.dumps(plain, indent=1) + "\n"


def _id(*parts: str) -> str:
    return f"{ORIGIN}:{sha256('/'.join(parts).encode()).hexdigest()[:32]}"


def _checkout(run: Run, kernel: KernelInfo) -> Json:
    series = f"series {kernel.series} {kernel.version}" if kernel.series else "unpatched"
    return {
        "id": _id(kernel.source, kernel.release, kernel.series, kernel.version, *kernel.patches), "origin": ORIGIN,
        "git_commit_name": f"v{kernel.release}", "start_time": run.started, "valid": True,
        "comment": harmless(f"{kernel.source or 'Linux ' + kernel.release}, {series}"),
        "misc": {"patches": list(kernel.patches)},
    }  # fmt: skip


def _build(run: Run, kernel: KernelInfo) -> Json:
    compiled = kernel.state != "no-compile"
    build = {
        "id": _id(kernel.key or kernel.detail, kernel.release), "checkout_id": _checkout(run, kernel)["id"],
        "origin": ORIGIN, "architecture": "x86_64", "config_name": "dax-lab", "status": "PASS" if compiled else "FAIL",
        "misc": {"key": kernel.key, "build_id": kernel.build_id},
    }  # fmt: skip
    build |= {"compiler": run.environment["compiler"]} if "compiler" in run.environment else {}
    return build | ({} if compiled else {"log_excerpt": harmless(kernel.detail)[-EXCERPT:]})


def _verdict(run: Run, build: str) -> Json:
    assert run.verdict
    return {
        "id": _id(run.started, build, "verdict"), "build_id": build, "origin": ORIGIN, "path": "daxlab.verdict",
        "status": WORDS[run.verdict.word], "comment": harmless(run.verdict.sentence), "start_time": run.started,
        "duration": round(run.seconds, 3), "environment": _environment(run),
    }  # fmt: skip


def _tests(run: Run, kernel: KernelInfo, build: str) -> list[Json]:
    cells = run.verdict.cells if run.verdict else ()
    return [_test(run, cell, build) for cell in cells if cell.kernel == kernel.name]


def _test(run: Run, cell: Cell, build: str) -> Json:
    result = run.result(cell.scenario, cell.kernel)
    return {
        "id": _id(run.started, build, cell.scenario), "build_id": build, "origin": ORIGIN,
        "path": f"daxlab.{cell.scenario}", "status": CELLS[cell.word], "comment": harmless(cell.sentence),
        "start_time": run.started, "duration": round(result.seconds if result else 0.0, 3),
        "environment": _environment(run), "misc": _counts(run, cell),
    }  # fmt: skip


def _counts(run: Run, cell: Cell) -> Json:
    result = run.result(cell.scenario, cell.kernel)
    if not result:
        return {}
    return {"bound": result.bound, "schedules": sum(result.schedules.values()), "failing": sum(result.failing.values()),
            "kinds": [str(kind) for kind in cell.kinds]}  # fmt: skip


def _environment(run: Run) -> Json:
    return {"comment": harmless(f"{run.environment.get('qemu', 'QEMU')}, {run.accel}")}
