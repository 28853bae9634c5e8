# SPDX-License-Identifier: GPL-2.0-only
"""The script steps of the recipes of docs/nightly-ci.md, run in a clean Debian 12 that has nothing else."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import folders
from harness.kernel.sources.mirrors import OFFICIAL
from tests.unit.nightly.test_recipes import github_steps, gitlab_steps

NIGHT = "./lab nightly --budget 90m"
# What a night does before it builds a kernel, and its own line as the parser takes it.
CUT = f"./lab doctor --check --install && {NIGHT} --help > /dev/null"
UNREACHABLE = ("Could not resolve", "Temporary failure resolving", "Unable to connect", "Could not connect")
# How this machine reaches the package index: said by the environment and by pip's own files, which name other files.
SETTINGS = ("PIP_", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "http_proxy", "https_proxy", "no_proxy")
FILES = (Path("/etc/pip.conf"), Path.home() / ".config" / "pip" / "pip.conf")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Debian 12 as mmdebstrap makes it, with a clone of the last commit in /lab and this machine's pip settings."""
    if not shutil.which("mmdebstrap"):
        pytest.skip("mmdebstrap is not installed: `./lab doctor --check --install`")
    if os.geteuid() != 0:
        pytest.skip("a chroot in which packages are installed needs root")
    root = tmp_path_factory.mktemp("clean") / "root"
    make = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "bookworm", root, f"{OFFICIAL}/debian"]
    made = subprocess.run(make, capture_output=True, text=True, check=False)
    if any(word in made.stderr for word in UNREACHABLE):
        pytest.skip(f"Debian's mirror cannot be reached: {made.stderr.strip().splitlines()[-1]}")
    assert made.returncode == 0, made.stderr
    subprocess.run(["git", "-C", folders.PROJECT, "bundle", "create", "-q", root / "lab.bundle", "HEAD"], check=True)
    for path in filter(Path.is_file, FILES):
        (root / path.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, root / path.relative_to("/"))
    (root / "machine").mkdir()
    for name, value in settings().items():
        if Path(value).is_file():
            shutil.copy(value, root / "machine" / name)
    yield root
    shutil.rmtree(root)


def settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)}


def inside() -> dict[str, str]:
    """The same in the chroot: files lie in /machine, as packages put their own in the usual places."""
    return {name: f"/machine/{name}" if Path(value).is_file() else value for name, value in settings().items()}


def step(root: Path, script: str, folder: str = "/lab") -> None:
    """One step as a runner has it: a shell that ends at the first error. Its processes end with it."""
    enter = f'mount -t proc proc "$1/proc" && exec chroot "$1" sh -c "cd {folder} && exec bash -e -c \\"\\$0\\"" "$2"'
    own = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(Path.home()),
        "CI_PROJECT_DIR": "/lab", "LAB_CACHE": "/lab/.lab/cache", "LAB_RUNS": "/lab/.lab/runs",
        "GITHUB_STEP_SUMMARY": "/lab/summary",
    }  # fmt: skip
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-e", "-c", enter, "sh", str(root), script]
    done = subprocess.run(words, env={**inside(), **own}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{script}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_the_steps_of_the_recipes_run_in_a_clean_debian(clean: Path) -> None:
    """GitHub's from the bare system on; GitLab's, which install the same, behind them."""
    install, night, summary = github_steps()
    assert night == f"{NIGHT} --format github"
    step(clean, install, "/")
    step(clean, "git clone -q /lab.bundle /lab", "/")
    step(clean, CUT)
    step(clean, "./lab test --fast -q tests/unit/nightly/test_changes.py")
    (clean / "lab" / ".lab" / "runs" / "3").mkdir(parents=True)
    (clean / "lab" / ".lab" / "runs" / "3" / "nightly.md").write_text("nothing changed\n")
    step(clean, summary)
    assert (clean / "lab" / "summary").read_text() == "nothing changed\n"
    assert (clean / "lab" / "results" / "nightly.md").is_file()
    before, script, after = gitlab_steps()
    assert script == NIGHT
    for each in (before, CUT, after):
        step(clean, each)
