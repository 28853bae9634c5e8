# SPDX-License-Identifier: GPL-2.0-only
"""The miniature kernel tree as a git repository with a history."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.fakes import kernel as fake

WHO = {"GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "n@example.org", "GIT_COMMITTER_NAME": "n",
       "GIT_COMMITTER_EMAIL": "n@example.org", "GIT_CONFIG_GLOBAL": "/dev/null"}  # fmt: skip


class GitTree:
    """A repository in ``folder``; each commit is a second younger than the last."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seconds = fake.tree_in(folder), 1_600_000_000
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "uploadpack.allowFilter", "true")
        self.commit("the miniature kernel")

    def git(self, *words: str) -> str:
        """Runs git in the repository and returns what it says."""
        when = {"GIT_AUTHOR_DATE": f"{self.seconds} +0000", "GIT_COMMITTER_DATE": f"{self.seconds} +0000"}
        done = subprocess.run(["git", *words], cwd=self.folder, env={**os.environ, **WHO, **when}, text=True,
                              capture_output=True, check=True)  # fmt: skip
        return done.stdout.strip()

    def commit(self, title: str, files: Mapping[str, str] = {}) -> str:
        """Commits everything, with ``files`` written first; returns the commit's id."""
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        self.seconds += 1
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", title)
        return self.git("rev-parse", "HEAD")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces a text in a file."""
        path = self.folder / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def state(self) -> tuple[bytes, str, str]:
        """All that a reader must leave alone: index, refs, the checkout's differences."""
        return (self.folder / ".git/index").read_bytes(), self.git("for-each-ref"), self.git("status", "--porcelain")
