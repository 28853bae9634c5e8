# SPDX-License-Identifier: GPL-2.0-only
"""A remote git repository's copy in the cache: one commit, or the history without the files' contents."""

from pathlib import Path

from harness import folders
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.image.content import digest
from harness.kernel.git import Repository
from harness.kernel.locks import keep, locked
from harness.process import CommandFailed, run, tail
from harness.progress import say

KIND = "git"
UNREACHABLE = (
    "Could not resolve", "Couldn't connect", "Failed to connect", "timed out", "unreachable", "refused",
    "unable to access",
)  # fmt: skip


def fetched(url: str, ref: str, deadline: Deadline, *, history: bool = False) -> tuple[Repository, str]:
    """The copy and the id of the commit ``ref`` in it; what was fetched before is not fetched again for a full id.

    Without ``history`` the commit comes alone (`--depth 1`). With it, or from a server that gives out no single
    commit, the history comes as a partial clone: files are fetched when they are looked at. Raises BadInput for a
    repository or ref that is not there, LabBroke if the server cannot be reached.
    """
    entry = folders.cache() / KIND / digest(url)
    with locked(entry, deadline, f"fetch {url}"):
        copy = _copy(entry, url)
        known = _known(copy, ref)
        if not (known and (not history or not copy.shallow)):
            say(f"fetching {ref} of {url}")
            known = _fetch(copy, ref, deadline, history)
    keep(entry)
    return copy, known


def _copy(entry: Path, url: str) -> Repository:
    copy = Repository(entry, url)
    if not (entry / "config").exists():
        entry.mkdir(parents=True, exist_ok=True)
        run(["git", "init", "--quiet", "--bare", entry])
        copy.git("config", "remote.origin.url", url)
        copy.git("config", "remote.origin.promisor", "true")
        copy.git("config", "remote.origin.partialclonefilter", "blob:none")
    return copy


def _known(copy: Repository, ref: str) -> str:
    """A full id names the same commit for ever; a branch may have moved."""
    if len(ref) != 40 or not all(digit in "0123456789abcdef" for digit in ref):
        return ""
    try:
        return copy.commit(ref)
    except BadInput:
        return ""


def _fetch(copy: Repository, ref: str, deadline: Deadline, history: bool) -> str:
    if not history:
        try:
            copy.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", ref, deadline=deadline)
            return copy.commit("FETCH_HEAD")
        except CommandFailed as error:
            _check_reached(copy, error)
    try:
        deepen = ["--unshallow"] if copy.shallow else []
        copy.git("fetch", "--quiet", "--filter=blob:none", *deepen, "origin", "+refs/*:refs/*", deadline=deadline)
    except CommandFailed as error:
        _check_reached(copy, error)
        raise BadInput(f"{copy.named} cannot be fetched: {tail(error.output, 1)}") from None
    return copy.commit(ref)


def _check_reached(copy: Repository, error: CommandFailed) -> None:
    if any(word in error.output for word in UNREACHABLE):
        raise LabBroke(f"{copy.named} cannot be reached: {tail(error.output, 1)}") from None
