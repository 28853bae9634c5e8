# SPDX-License-Identifier: GPL-2.0-only
"""A git repository that is only read: no ref, no index, no file of the user's checkout changes.

Trees are written with an index and a work tree of the lab's own (GIT_INDEX_FILE, GIT_WORK_TREE; git(1)).
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.series import Content
from harness.process import CommandFailed, run, tail

# The user's settings must not decide what is written, and nothing of the user's is run or asked for.
SETTINGS = (
    "core.sparseCheckout=false", "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.autocrlf=false",
    "core.quotePath=false", "advice.graftFileDeprecated=false", "diff.external=", "diff.noprefix=false",
)  # fmt: skip
ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
# `git bisect run` and hooks set these for their own repository.
BARE = ("env", "-u", "GIT_DIR", "-u", "GIT_INDEX_FILE", "-u", "GIT_WORK_TREE", "-u", "GIT_PREFIX", "git")
REGULAR = ("100644", "100755")


@dataclass(frozen=True)
class Repository:
    """``folder``: its git directory; ``named``: what the user calls it; ``checkout``: its files, None if it is bare.

    ``index``, ``worktree``, ``objects``: used in place of its own; what is in its own is still read.
    """

    folder: Path
    named: str
    checkout: Path | None = None
    index: Path | None = None
    worktree: Path | None = None
    objects: Path | None = None

    def git(self, *words: str | Path, stdin: str | None = None, deadline: Deadline | None = None) -> str:
        """What a git command says. Raises CommandFailed."""
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        place: list[str | Path] = ["--git-dir", self.folder]
        if self.worktree:
            place += ["--work-tree", self.worktree]
        index = [f"GIT_INDEX_FILE={self.index}"] if self.index else []
        if self.objects:
            own = self._objects()
            index += [f"GIT_OBJECT_DIRECTORY={self.objects}", f"GIT_ALTERNATE_OBJECT_DIRECTORIES={own}"]
        argv = [*BARE[:-1], *index, "git", *place, *settings, *words]
        return run(argv, env=ENVIRONMENT, cwd=self.worktree or self.folder, stdin=stdin, deadline=deadline).stdout

    def _objects(self) -> str:
        return replace(self, objects=None).git("rev-parse", "--path-format=absolute", "--git-path", "objects").strip()

    def commit(self, ref: str) -> str:
        """The id of the commit that ``ref`` means. Raises BadInput."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").strip()
        except CommandFailed:
            more = "; it is a shallow clone: `git fetch --unshallow` brings older commits" if self.shallow else ""
            raise BadInput(f"{self.named}: there is no commit `{ref}`{more}") from None

    @property
    def shallow(self) -> bool:
        """Whether its history is cut off somewhere."""
        return self.git("rev-parse", "--is-shallow-repository").strip() == "true"

    def tree(self, commit: str) -> str:
        """The id of a commit's tree. Raises BadInput."""
        return self.git("rev-parse", "--verify", f"{self.commit(commit)}^{{tree}}").strip()

    def parents(self, commit: str) -> tuple[str, ...]:
        """Ids of a commit's parents."""
        return tuple(self.git("rev-list", "--parents", "-n", "1", commit).split()[1:])

    def range(self, words: str, *, merges: bool = True) -> tuple[str, ...]:
        """Ids of the commits of ``A..B``, oldest first. Raises BadInput."""
        base, dots, tip = words.partition("..")
        if not dots or not base or tip.startswith("."):
            raise BadInput(f"{self.named}: `{words}` is no range: write BASE..TIP")
        ends = f"{self.commit(base)}..{self.commit(tip or 'HEAD')}"
        found = self.git("rev-list", "--reverse", "--topo-order", *([] if merges else ["--no-merges"]), ends).split()
        if not found:
            raise BadInput(f"{self.named}: no commit lies in `{words}`: is the range the wrong way round?")
        return tuple(found)

    def changed(self, before: str, after: str) -> tuple[str, ...]:
        """Regular files that differ between two commits."""
        raw = self.git("diff-tree", "-r", "-z", "--no-renames", before, after).split("\0")
        found = []
        for line, name in zip(raw[::2], raw[1::2], strict=False):
            modes = line.lstrip(":").split()[:2]
            if any(mode in REGULAR for mode in modes):
                found.append(name)
        return tuple(found)

    def contents(self, commit: str, names: Sequence[str], deadline: Deadline) -> dict[str, Content]:
        """Bytes of files as ``commit`` has them, None for what it has not.

        By a checkout to a folder of its own, as it alone fetches all that a partial clone lacks at once.
        """
        with self._scratch() as scratch:
            scratch.git("read-tree", commit, deadline=deadline)
            there = set(scratch.git("ls-files", "-z").split("\0"))
            wanted = [name for name in names if name in there]
            if wanted:
                scratch.git("checkout-index", "-f", "-z", "--stdin", stdin="\0".join(wanted) + "\0", deadline=deadline)
            assert scratch.worktree
            return {name: _bytes(scratch.worktree / name) if name in there else None for name in names}

    def write(self, commit: str, folder: Path, deadline: Deadline) -> Path:
        """Writes a commit's whole tree to ``folder``, which is new."""
        folder.mkdir(parents=True)
        with self._scratch() as scratch:
            replace(scratch, worktree=folder).git("read-tree", "--reset", "-u", commit, deadline=deadline)
        return folder

    def dirty(self) -> tuple[str, ...]:
        """Files of the checkout that differ from HEAD, untracked ones included that .gitignore does not name."""
        if self.checkout is None:
            raise BadInput(f"{self.named} is a bare repository: it has no files to test, name a commit of it")
        here = replace(self, worktree=self.checkout)
        tracked = here.git("diff", "--name-only", "--no-renames", "-z", "HEAD").split("\0")
        untracked = here.git("ls-files", "--others", "--exclude-standard", "-z").split("\0")
        return tuple(sorted({*tracked, *untracked} - {""}))

    @contextmanager
    def _scratch(self) -> Iterator["Repository"]:
        """The same repository with an index and a work tree that are gone behind the block."""
        with tempfile.TemporaryDirectory(prefix="lab-git-") as folder:
            place = Path(folder)
            (place / "tree").mkdir()
            yield replace(self, index=place / "index", worktree=place / "tree")


def _why(output: str) -> str:
    """The line that says it: on a mount point another one of advice comes behind it (setup.c)."""
    return next((line for line in output.splitlines() if line.startswith("fatal:")), tail(output, 1))


def repository(path: Path) -> Repository:
    """The repository of a checkout, a worktree of one, or a bare one. Raises BadInput."""
    try:
        asked = ("rev-parse", "--absolute-git-dir", "--is-inside-work-tree")
        said = run([*BARE, "-C", str(path), *asked], env=ENVIRONMENT).stdout.splitlines()
    except CommandFailed as error:
        raise BadInput(f"{path} is no git repository that can be read: {_why(error.output)}") from None
    checkout = None
    if said[1] == "true":
        checkout = Path(run([*BARE, "-C", str(path), "rev-parse", "--show-toplevel"], env=ENVIRONMENT).stdout.strip())
    return Repository(Path(said[0]), str(path), checkout)


def _bytes(path: Path) -> Content:
    if path.is_symlink():
        return str(path.readlink()).encode()
    return path.read_bytes() if path.is_file() else None
