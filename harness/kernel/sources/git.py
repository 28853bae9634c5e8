# SPDX-License-Identifier: GPL-2.0-only
"""A commit of a git repository, or its checkout as it is.

The first commit of a repository is written to the cache as a whole. A later one that differs from it in few files is
the same tree with these files, so that its kernel is built in the first one's work tree, and in place.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

from harness import folders
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.image.content import digest, write_atomically
from harness.kernel.git import Repository, repository
from harness.kernel.locks import keep
from harness.kernel.series import Content, content
from harness.kernel.sources import mirror
from harness.kernel.sources.tree import KIND, SourceTree, check_tree, release_of, release_said, stored

LOGIN = re.compile(r"//[^/@]*@")  # of a URL: no report shows it
FILES_MAX = 4000  # that may differ from the tree in the cache; beyond it most of a kernel is rebuilt anyway


def obtain(git: str, ref: str, checkout: bool, deadline: Deadline) -> SourceTree:
    """The tree of commit ``ref``, or with ``checkout`` the files as they are in the user's tree.

    Raises BadInput for a repository or ref that is not there, LabBroke for a server that cannot be reached.
    """
    repo, commit = opened(git, ref, deadline)
    tree = replace(tree_of(repo, commit, deadline), note=f"{LOGIN.sub('//', repo.named)} at {commit[:12]}")
    if not checkout:
        return tree
    names = repo.dirty()
    assert repo.checkout
    files = {name: there for name in names if (there := content(repo.checkout / name)) != tree.content(name)}
    return replace(replaced(tree, files), note=f"{tree.note}, with what is not committed")


def opened(git: str, ref: str, deadline: Deadline, *, history: bool = False) -> tuple[Repository, str]:
    """The repository and the commit that ``ref`` is. ``history``: earlier commits are needed too."""
    if is_remote(git):
        return mirror.fetched(git, ref, deadline, history=history)
    repo = repository(Path(git))
    return repo, repo.commit(ref)


def is_remote(git: str) -> bool:
    """Whether it is a URL, or HOST:PATH as ssh has it, and no folder here."""
    return not Path(git).exists() and ("://" in git or ":" in git.partition("/")[0])


def tree_of(repo: Repository, commit: str, deadline: Deadline, base: str = "") -> SourceTree:
    """The tree of a commit; ``base``: the commit whose tree it is to share with others, whatever differs."""
    pointer = folders.cache() / KIND / f"git-{digest(str(repo.folder))}.json"
    shared = base or _shared(pointer, repo, commit)
    if not shared:
        tree = _whole(repo, commit, deadline)
        write_atomically(pointer, [json.dumps({"commit": commit, "digest": tree.digest}).encode()])
        return tree
    tree = _whole(repo, shared, deadline)
    return replaced(tree, repo.contents(commit, repo.changed(shared, commit), deadline))


def replaced(tree: SourceTree, files: dict[str, Content]) -> SourceTree:
    """The same tree with other files. Raises BadInput if it is no kernel's any more."""
    merged = {**tree.differs, **files}
    makefile = merged.get("Makefile", b"")
    if makefile is None:
        raise BadInput("the Makefile of the kernel tree is gone: restore it")
    release = release_said(makefile.decode(errors="replace")) if makefile else tree.release
    return replace(tree, differs=merged, release=release)


def _shared(pointer: Path, repo: Repository, commit: str) -> str:
    """The commit whose tree is in the cache, "" if there is none near enough."""
    try:
        facts = json.loads(pointer.read_text())
        keep(folders.cache() / KIND / facts["digest"])
        near = len(repo.changed(facts["commit"], commit)) <= FILES_MAX
    except Exception:  # no such file, a file cut short, a tree that gc took, a commit that git pruned: written anew
        return ""
    return str(facts["commit"]) if near else ""


def _whole(repo: Repository, commit: str, deadline: Deadline) -> SourceTree:
    key = digest("git", repo.tree(commit))
    named = Path(f"{repo.named} at {commit[:12]}")
    folder = stored(key, lambda scratch: repo.write(commit, scratch / "tree", deadline), named, deadline)
    check_tree(folder, named)
    return SourceTree(folder, release_of(folder), key, own=True)
