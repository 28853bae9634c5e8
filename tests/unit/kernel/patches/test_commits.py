# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.config.models import GitSource, KernelSpec
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel import series
from harness.kernel.sources import obtain_for
from harness.kernel.spec import patches
from tests.fakes.git_tree import GitTree


@pytest.fixture
def clone(tmp_path: Path) -> GitTree:
    return GitTree(tmp_path / "clone")


def patched(clone: GitTree, **keys: object) -> dict[str, str]:
    """What the files of the clone's HEAD become."""
    spec = KernelSpec.model_validate({"source": GitSource(git=str(clone.folder), ref="HEAD"), **keys})
    tree = obtain_for(spec, Deadline())
    applied = series.apply(patches(spec, tree), tree.folder, tree.differs)
    return {name: (content or b"").decode() for name, content in applied.items()}


def test_a_range_is_its_commits_in_order(clone: GitTree) -> None:
    base = clone.git("rev-parse", "HEAD")
    for factor in ("3", "4"):
        clone.edit("fs/dax.c", f"* {int(factor) - 1}", f"* {factor}")
        clone.commit(f"factor {factor}")
    source = GitSource(git=str(clone.folder), ref=base)
    result = patched(clone, source=source, patches=[{"range": f"{base}..main"}])
    assert "entry * 4" in result["fs/dax.c"]


def test_the_wrong_way_round_is_told(clone: GitTree) -> None:
    base = clone.git("rev-parse", "HEAD")
    clone.commit("more")
    with pytest.raises(BadInput, match=r"no commit lies in `main\.\..*wrong way round"):
        patched(clone, patches=[{"range": f"main..{base}"}])
    with pytest.raises(BadInput, match="`main` is no range: write BASE"):
        patched(clone, patches=[{"range": "main"}])


def test_a_revert_goes_around_later_changes_nearby(clone: GitTree) -> None:
    clone.edit("fs/dax.c", "* 2", "* 3")
    wrong = clone.commit("wrong")
    clone.edit("fs/dax.c", "int dax_fault(int entry)", "/* later, three lines below */\nint dax_fault(int entry)")
    clone.commit("later")
    before = clone.git("count-objects")
    result = patched(clone, revert=[wrong])
    assert "entry * 2" in result["fs/dax.c"] and "later, three lines below" in result["fs/dax.c"]
    assert clone.git("count-objects") == before


def test_several_are_taken_back_the_newest_first(clone: GitTree) -> None:
    clone.edit("fs/dax.c", "* 2", "* 3")
    first = clone.commit("first")
    clone.edit("fs/dax.c", "* 3", "* 4")
    second = clone.commit("second")
    assert "entry * 2" in patched(clone, revert=[first, second])["fs/dax.c"]


def test_a_conflict_names_commit_and_file(clone: GitTree) -> None:
    clone.edit("fs/dax.c", "* 2", "* 3")
    first = clone.commit("first")
    clone.edit("fs/dax.c", "* 3", "* 4")
    clone.commit("second")
    with pytest.raises(BadInput, match=rf"{first[:12]} cannot be reverted: conflict in fs/dax\.c"):
        patched(clone, revert=[first])


def test_a_merge_is_no_patch(clone: GitTree) -> None:
    clone.git("checkout", "-q", "-b", "side")
    clone.commit("side", {"fs/side.c": "int side;\n"})
    clone.git("checkout", "-q", "main")
    clone.commit("main", {"fs/main.c": "int main_;\n"})
    clone.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    with pytest.raises(BadInput, match="is a merge, which cannot be a patch"):
        patched(clone, revert=["HEAD"])


def test_commits_need_a_repository(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the source is no git repository: name a `history`"):
        KernelSpec.model_validate({"source": {"debian": "linux-source-6.1"}, "revert": ["abc"]})
