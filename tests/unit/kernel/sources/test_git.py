# SPDX-License-Identifier: GPL-2.0-only
import subprocess
from pathlib import Path

import pytest

from harness.config.models import GitSource, KernelSpec
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.kernel.build import BuildRequest, build
from harness.kernel.sources import SourceTree, obtain, obtain_for
from tests.fakes import kernel as fake
from tests.fakes.git_tree import GitTree


@pytest.fixture
def clone(tmp_path: Path) -> GitTree:
    return GitTree(tmp_path / "clone")


def source_of(clone: GitTree, ref: str = "", *, checkout: bool = False) -> SourceTree:
    return obtain(GitSource(git=str(clone.folder), ref=ref, checkout=checkout), Deadline())


def test_a_commit_is_written_whole_and_nothing_of_the_clone_changes(clone: GitTree) -> None:
    clone.edit("mm/memory.c", "address;", "address + 1;")
    before = clone.state()
    tree = source_of(clone, "main")
    assert "return address;" in (tree.folder / "mm/memory.c").read_text()
    assert (tree.release, tree.own, tree.differs, clone.state()) == ("6.1.7", True, {}, before)


def test_a_later_commit_is_the_first_one_with_other_files(clone: GitTree) -> None:
    first = source_of(clone, "main")
    second = clone.commit("more", {"fs/new.c": "int new;\n"})
    clone.git("rm", "--quiet", "mm/memory.c")
    third = clone.commit("less")
    assert source_of(clone, second).differs == {"fs/new.c": b"int new;\n"}
    last = source_of(clone, third)
    assert (last.digest, last.folder) == (first.digest, first.folder)
    assert last.differs == {"fs/new.c": b"int new;\n", "mm/memory.c": None}


def test_the_release_is_that_of_the_commit(clone: GitTree) -> None:
    source_of(clone)
    clone.edit("Makefile", "SUBLEVEL = 7", "SUBLEVEL = 8")
    clone.commit("6.1.8")
    assert source_of(clone).release == "6.1.8"


def test_a_checkout_is_tested_as_it_is(clone: GitTree) -> None:
    before = clone.state()
    assert source_of(clone, checkout=True).differs == {}
    clone.edit("fs/dax.c", "* 2", "* 3")
    (clone.folder / "fs/extra.c").write_text("int extra;\n")
    (clone.folder / "mm/memory.c").unlink()
    tree = source_of(clone, checkout=True)
    assert set(tree.differs) == {"fs/dax.c", "fs/extra.c", "mm/memory.c"}
    assert tree.differs["mm/memory.c"] is None and b"* 3" in (tree.differs["fs/dax.c"] or b"")
    assert clone.state()[:2] == before[:2]


def test_a_tree_says_which_commit_it_is_and_hides_who_logs_in(clone: GitTree) -> None:
    commit = clone.git("rev-parse", "HEAD")[:12]
    assert source_of(clone, "main").note == f"{clone.folder} at {commit}"
    assert source_of(clone, checkout=True).note == f"{clone.folder} at {commit}, with what is not committed"
    url = f"file://me:secret@localhost{clone.folder}"
    assert obtain(GitSource(git=url, ref="main"), Deadline()).note == f"file://localhost{clone.folder} at {commit}"


def test_a_second_commit_is_built_in_place(clone: GitTree, tmp_path: Path) -> None:
    (tmp_path / "lab-test.config").write_text(fake.FRAGMENT)
    requests = []
    first_commit = clone.git("rev-parse", "HEAD")
    for ref in (first_commit, clone.commit("fix", {"mm/memory.c": "int handle_fault(int a) { return a; }\n"})):
        tree = source_of(clone, ref)
        requests.append(BuildRequest("one", tree, (), (tmp_path / "lab-test.config",), ("fs/dax.c",)))
    first, second = (build(request, deadline=Deadline()) for request in requests)
    assert requests[0].tree_key == requests[1].tree_key and first.key != second.key
    assert fake.compiled(second.build_log) == ["mm/memory.o"]


def test_an_unknown_commit_is_bad_input(clone: GitTree) -> None:
    with pytest.raises(BadInput, match=r"clone: there is no commit `v7\.0`$"):
        source_of(clone, "v7.0")


def test_of_a_shallow_clone_it_is_told_how_to_get_more(clone: GitTree, tmp_path: Path) -> None:
    first = clone.git("rev-parse", "HEAD")
    clone.commit("more", {"fs/new.c": "int new;\n"})
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{clone.folder}", tmp_path / "shallow"], check=True)
    source = GitSource(git=str(tmp_path / "shallow"), ref="HEAD")
    assert (obtain(source, Deadline()).folder / "fs/new.c").exists()
    with pytest.raises(BadInput, match="shallow clone: `git fetch --unshallow` brings"):
        obtain(source.model_copy(update={"ref": first}), Deadline())


def test_a_partial_clone_gets_what_it_lacks(clone: GitTree, tmp_path: Path) -> None:
    first = clone.git("rev-parse", "HEAD")
    clone.commit("more", {"mm/memory.c": "int other;\n"})
    origin = f"file://{clone.folder}"
    subprocess.run(["git", "clone", "-q", "--filter=blob:none", "--no-checkout", origin, tmp_path / "part"], check=True)
    folder = obtain(GitSource(git=str(tmp_path / "part"), ref=first), Deadline()).folder
    assert "handle_fault" in (folder / "mm/memory.c").read_text()


def test_a_url_is_fetched_to_the_cache(clone: GitTree) -> None:
    url = f"file://{clone.folder}"
    first = clone.git("rev-parse", "HEAD")
    clone.commit("more", {"fs/new.c": "int new;\n"})
    assert (obtain(GitSource(git=url, ref="main"), Deadline()).folder / "fs/new.c").exists()
    old = obtain(GitSource(git=url, ref=first), Deadline())
    assert old.differs == {"fs/new.c": None}


@pytest.mark.parametrize(("url", "error"), [("file:///nowhere", BadInput), ("https://127.0.0.1:1/linux", LabBroke)])
def test_a_repository_that_is_not_there_is_told(url: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=url):
        obtain(GitSource(git=url, ref="main"), Deadline.after(30))


def test_a_folder_without_a_repository_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(BadInput, match="plain is no git repository that can be read: fatal: not a git repository"):
        obtain(GitSource(git=str(tmp_path / "plain"), ref="main"), Deadline())


def test_without_a_ref_the_patches_say_what_they_were_made_for(clone: GitTree, tmp_path: Path) -> None:
    base = clone.git("rev-parse", "HEAD")
    clone.commit("more", {"fs/new.c": "int new;\n"})
    (tmp_path / "one.patch").write_text(f"Subject: [PATCH] x\n\n---\n{fake.GOOD_PATCH}\nbase-commit: {base}\n")
    spec = KernelSpec(source=GitSource(git=str(clone.folder)), patches=(tmp_path / "one.patch",))
    assert not (obtain_for(spec, Deadline()).folder / "fs/new.c").exists()
    plain = spec.model_copy(update={"patches": ()})
    assert obtain_for(plain, Deadline()).differs == {"fs/new.c": b"int new;\n"}
