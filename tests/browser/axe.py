# SPDX-License-Identifier: GPL-2.0-only
"""axe-core, which looks for what keeps people from using a page. The version is pinned in package-lock.json."""

import fcntl
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
STAMP = FOLDER / "node_modules" / ".package-lock.json"  # npm writes it last
SECONDS = 120  # to fetch 3 MB


@cache
def lacking_axe() -> str:
    """Why pages cannot be checked here, "" if they can. Fetches axe-core where it is not there yet."""
    if not shutil.which("npm"):
        return "not installed: npm"
    with (FOLDER / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # each worker of pytest-xdist comes by
        if STAMP.is_file() and STAMP.stat().st_mtime >= (FOLDER / "package-lock.json").stat().st_mtime:
            return ""
        words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return f"npm ci did not end within {SECONDS} s"
    return f"npm ci: {done.stderr.strip().splitlines()[-1]}" if done.returncode else ""


def violations(driver: Any) -> list[dict[str, Any]]:
    """What axe-core finds wrong with the page that is open."""
    driver.execute_script(SCRIPT.read_text())
    found = driver.execute_async_script("const done = arguments[0]; axe.run().then((each) => done(each.violations))")
    return list(found)
