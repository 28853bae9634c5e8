# SPDX-License-Identifier: GPL-2.0-only
"""What `lab try` is given: a patch, a range of commits, or commits to revert, as two kernels."""

import re
from dataclasses import dataclass
from pathlib import Path

from harness.config.models import GitSource, KernelSpec, MailPatches
from harness.errors import BadInput

RANGE = re.compile(r"^[^\s.][^\s]*\.\.[^\s.]?[^\s]*$")
REVERT = "revert:"
MESSAGE = re.compile(r"^<?[^\s<>/]+@[^\s<>/]+>?$")


@dataclass(frozen=True)
class Change:
    """The kernels without and with the change, and what it is in words."""

    title: str
    without: KernelSpec
    with_: KernelSpec


def change_of(word: str, base: KernelSpec, git: Path | None = None) -> Change:
    """The change ``word`` on top of ``base``: a file, folder, mbox or message id, BASE..TIP, or revert:COMMIT[,COMMIT].

    With ``git``, a clone, the source is its HEAD, or the ends of the range. Raises BadInput.
    """
    if base.build:
        raise BadInput("a prebuilt kernel cannot be patched: name one with a `source` by --base")
    if git is not None:
        base = base.model_copy(update={"source": GitSource(git=str(git.resolve()), ref="HEAD"), "history": None})
    if Path(word).exists():
        return _patched(word, base, Path(word).resolve())
    if word.startswith(REVERT):
        return _reverted(word.removeprefix(REVERT), base)
    if RANGE.match(word):
        return _between(word, base)
    if MESSAGE.match(word):
        return _patched(word, base, MailPatches(message=word))
    raise BadInput(
        f"`{word}` is no file, range, revert or message id: write FILE, FOLDER, BASE..TIP, revert:COMMIT or ID@HOST"
    )


def _patched(word: str, base: KernelSpec, patches: Path | MailPatches) -> Change:
    return Change(word, base, base.model_copy(update={"patches": (*base.patches, patches)}))


def _reverted(words: str, base: KernelSpec) -> Change:
    commits = tuple(each for each in words.split(",") if each)
    if not commits:
        raise BadInput("revert: names no commit: write revert:COMMIT")
    _check_history(base)
    title = f"revert of {', '.join(commits)}"
    return Change(title, base, base.model_copy(update={"revert": (*base.revert, *commits)}))


def _between(word: str, base: KernelSpec) -> Change:
    _check_history(base)
    assert isinstance(base.source, GitSource)
    first, _dots, last = word.partition("..")
    ends = [base.source.model_copy(update={"ref": ref}) for ref in (first, last or "HEAD")]
    without, with_ = (base.model_copy(update={"source": end}) for end in ends)
    return Change(word, without, with_)


def _check_history(base: KernelSpec) -> None:
    if not isinstance(base.source, GitSource):
        raise BadInput("commits are asked for, and the kernel's source is no git repository: name a clone by --git")
