# SPDX-License-Identifier: GPL-2.0-only
"""Commits as patches: a range as `git format-patch` has it, and the reverse of named commits."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.git import Repository
from harness.kernel.patches.local import kept_texts
from harness.kernel.sources.git import opened
from harness.process import CommandFailed

DIFF = ("--binary", "--full-index", "--no-renames", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/")
SHOWN = 5  # files named in a conflict


def patches(git: str, words: str, deadline: Deadline) -> tuple[Path, ...]:
    """A patch for each commit of ``BASE..TIP``; merges are left out, as git format-patch does. Raises BadInput."""
    tip = words.rpartition("..")[2] or "HEAD"
    repo, _commit = opened(git, tip, deadline, history=True)
    commits = repo.range(words, merges=False)
    return kept_texts([(f"{at:04}-{commit[:12]}.patch", _text(repo, commit)) for at, commit in enumerate(commits, 1)])


def one(git: str, commit: str, deadline: Deadline) -> tuple[Path, ...]:
    """One commit as a patch. Raises BadInput."""
    repo, found = opened(git, commit, deadline, history=True)
    _check_single(repo, found)
    return kept_texts([(f"0001-{found[:12]}.patch", _text(repo, found))])


def reverts(git: str, commits: Sequence[str], onto: str | None, deadline: Deadline) -> tuple[Path, ...]:
    """Patches that take ``commits`` back, the newest first.

    With ``onto``, the commit that the kernel is made of, they are made by a three-way merge, as `git revert` does, and
    a conflict is a BadInput that names the commit and the files. Without, they are the reversed commits.
    """
    if not commits:
        return ()
    found = []
    for name in commits:
        repo, commit = opened(git, name, deadline, history=True)
        _check_single(repo, commit)
        found.append(commit)
    ordered = repo.git("rev-list", "--topo-order", "--no-walk=sorted", *found).split()
    if onto is None:
        texts = [repo.git("diff", *DIFF, commit, f"{commit}^") for commit in ordered]
    else:
        texts = _merged(repo, ordered, opened(git, onto, deadline)[1])
    files = zip(ordered, texts, strict=True)
    return kept_texts([(f"{at:04}-revert-{commit[:12]}.patch", text) for at, (commit, text) in enumerate(files, 1)])


def _check_single(repo: Repository, commit: str) -> None:
    parents = repo.parents(commit)
    if len(parents) != 1:
        what = "a merge" if parents else "the first commit that this clone has"
        raise BadInput(f"{repo.named}: {commit[:12]} is {what}, which cannot be a patch: name the commits themselves")


def _text(repo: Repository, commit: str) -> str:
    return repo.git("format-patch", "-1", "--stdout", "--no-signature", *DIFF, commit)


def _merged(repo: Repository, commits: Sequence[str], onto: str) -> list[str]:
    """Diffs that lead from ``onto`` through each revert. New objects stay out of the repository."""
    texts = []
    with tempfile.TemporaryDirectory(prefix="lab-revert-") as folder:
        place = Path(folder)
        (place / "tree").mkdir()
        inner = replace(repo, index=place / "index", worktree=place / "tree", objects=place / "objects")
        (place / "objects").mkdir()
        inner.git("read-tree", onto)
        before = inner.git("write-tree").strip()
        for commit in commits:
            _take_back(inner, commit)
            after = inner.git("write-tree").strip()
            texts.append(inner.git("diff-tree", "-p", "-r", *DIFF, before, after))
            before = after
    return texts


def _take_back(inner: Repository, commit: str) -> None:
    reverse = inner.git("diff", *DIFF, commit, f"{commit}^")
    try:
        inner.git("apply", "--cached", "--3way", "-", stdin=reverse)
    except CommandFailed:
        names = inner.git("diff", "--cached", "--name-only", "--diff-filter=U").split()
        where = ", ".join(names[:SHOWN]) or "a file that is not there any more"
        raise BadInput(
            f"{inner.named}: {commit[:12]} cannot be reverted: conflict in {where}: name later commits that build on "
            "it too, or write the reverting patch by hand"
        ) from None
