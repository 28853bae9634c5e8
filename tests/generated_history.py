# SPDX-License-Identifier: GPL-2.0-only
"""A git history of 64 commits on a pristine kernel source, one of which brings a bug of the kill matrix.

`python -m tests.generated_history FOLDER` makes FOLDER/linux.git of Debian's 6.1 and prints the lines that bisect it.
The source is read, never written; the repository is bare and has no checkout.
"""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import folders
from harness.deadline import Deadline
from harness.kernel import series

MUTANT = folders.PROJECT / "patches" / "mutants" / "dirty-cleared-after-unlock.patch"
FILES = ("fs/dax.c", "mm/truncate.c", "mm/rmap.c", "fs/ext4/inode.c", "fs/ext4/file.c", "fs/iomap/iter.c", "fs/inode.c")
WHO = {"GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "n@example.org", "GIT_COMMITTER_NAME": "n",
       "GIT_COMMITTER_EMAIL": "n@example.org"}  # fmt: skip
SCENARIO = "fsync-write"


@dataclass(frozen=True)
class Story:
    """What becomes of which commit: ``commits`` of them, the source as it is counted as number 0."""

    commits: int
    culprit: int
    no_build: Collection[int] = ()
    no_boot: Collection[int] = ()
    other_bug: Collection[int] = ()


LONG = Story(64, 41, no_build=range(28, 34), no_boot=range(17, 20), other_bug=range(36, 39))
# git takes 4 first, which says nothing, and comes to the culprit by commits that can be tested.
SHORT = Story(9, 6, no_build=(4,))


@dataclass(frozen=True)
class Generated:
    """The repository and the commits that matter."""

    git: Path
    commits: tuple[str, ...]
    story: Story

    @property
    def good(self) -> str:
        """Before all."""
        return self.commits[0]

    @property
    def bad(self) -> str:
        """Behind all."""
        return self.commits[-1]

    @property
    def culprit(self) -> str:
        """The one that brings the bug."""
        return self.commits[self.story.culprit]


def generate(pristine: Path, git: Path, story: Story = LONG, bug: Sequence[Path] = (MUTANT,)) -> Generated:
    """Makes the history in the new bare repository ``git``. Commit 0 is the source as it is."""
    run = _runner(pristine, git)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", git], check=True)
    # A third of the time of the default level; nobody keeps it.
    run(["-c", "core.looseCompression=1", "add", "--all", "--force", "."], "")
    commits = [_commit(run, [], "the source")]
    harmless: dict[str, int] = {}
    for number in range(1, story.commits):
        name = FILES[number % len(FILES)]
        harmless[name] = harmless.get(name, 0) + 1
        for path, content in _files(pristine, number, harmless, story, bug).items():
            blob = run(["hash-object", "-w", "--stdin"], content)
            run(["update-index", "--cacheinfo", f"100644,{blob},{path}"], "")
        commits.append(_commit(run, commits[-1:], f"commit {number}: {name}"))
    run(["update-ref", "refs/heads/main", commits[-1]], "")
    return Generated(git, tuple(commits), story)


Run = Callable[[list[str], str], str]


def _runner(pristine: Path, git: Path) -> Run:
    numbers = itertools.count()

    def run(words: list[str], stdin: str) -> str:
        at = f"{1_600_000_000 + next(numbers)} +0000" if words[0] == "commit-tree" else "1600000000 +0000"
        env = {**os.environ, **WHO, "GIT_DIR": str(git), "GIT_WORK_TREE": str(pristine), "GIT_AUTHOR_DATE": at,
               "GIT_COMMITTER_DATE": at}  # fmt: skip
        done = subprocess.run(["git", *words], cwd=pristine, env=env, input=stdin, text=True, capture_output=True,
                              check=True)  # fmt: skip
        return done.stdout.strip()

    return run


def _commit(run: Run, parents: list[str], title: str) -> str:
    words = [word for parent in parents for word in ("-p", parent)]
    return run(["commit-tree", run(["write-tree"], ""), *words, "-m", title], "")


def _files(
    pristine: Path, number: int, harmless: Mapping[str, int], story: Story, bug: Sequence[Path]
) -> dict[str, str]:
    """Every file that differs from the source at that commit."""
    mutated = series.apply(bug, pristine) if number >= story.culprit else {}
    texts = {name: (mutated.get(name) or (pristine / name).read_bytes()).decode() for name in {*harmless, *mutated}}
    texts = {name: text + f"/* changed {harmless.get(name, 0)} times */\n" for name, text in texts.items()}
    pipe = (pristine / "fs/pipe.c").read_text()
    if number in story.no_build:
        pipe += "#error this commit does not build\n"
    if number in story.no_boot:
        start = "\tint err = register_filesystem(&pipe_fs_type);\n"
        assert start in pipe
        pipe = pipe.replace(start, start + '\n\tpanic("this commit does not boot");\n')
    if number in story.other_bug:
        start = "\ttrace_dax_writeback_range(inode, xas.xa_index, end_index);\n"
        assert start in texts["fs/dax.c"]
        texts["fs/dax.c"] = texts["fs/dax.c"].replace(start, start + "\tWARN_ON_ONCE(1);\n")
    return {**texts, "fs/pipe.c": pipe}


def main(folder: Path) -> None:
    """Makes it and says how to bisect it."""
    from harness.config.models import DebianSource
    from harness.kernel.sources import obtain

    made = generate(obtain(DebianSource(debian="linux-source-6.1"), Deadline()).folder, folder / "linux.git")
    sys.stdout.write(f"culprit {made.culprit}\n./lab bisect --git {made.git} --good {made.good} --bad {made.bad} "
                     f"--scenario {SCENARIO}\n")  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
