# SPDX-License-Identifier: GPL-2.0-only
"""Where kernel sources come from: one module a kind, each turning its section of lab.yaml into a pristine tree."""

from pathlib import Path

from harness.config.models import DebianSource, DebSource, GitSource, KernelSpec, Source, TarballSource, TreeSource
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.sources.tree import SourceTree

NETWORK_SECONDS = 600.0
__all__ = ["SourceTree", "obtain", "obtain_for", "ref_of"]


def obtain(source: Source, deadline: Deadline) -> SourceTree:
    """The pristine tree of ``source``, in the cache. Raises BadInput or LabBroke if it cannot be had."""
    from harness.kernel.sources import deb, debian, git, local, tarball

    match source:
        case DebianSource():
            return debian.obtain(source, deadline)
        case DebSource():
            return deb.obtain(Path(source.deb), deadline)
        case TarballSource():
            return tarball.obtain(Path(source.tarball), source.sha256, deadline)
        case TreeSource():
            return local.obtain(Path(source.tree), deadline)
        case GitSource():
            return git.obtain(source.git, source.ref or "HEAD", source.checkout, deadline)


def obtain_for(spec: KernelSpec, deadline: Deadline) -> SourceTree:
    """The source of a kernel of lab.yaml: of a git source without `ref` the commit that its patches were made for."""
    source = spec.source
    if source is None:
        raise BadInput("a prebuilt kernel (`build`) has no source")
    if isinstance(source, GitSource) and not source.checkout:
        source = source.model_copy(update={"ref": ref_of(spec)})
    return obtain(source, deadline)


def ref_of(spec: KernelSpec) -> str:
    """The commit of a git source: `ref`, else what `base-commit:` of the patches says, else HEAD."""
    from harness.kernel.patches import gathered
    from harness.kernel.patches.mail import base_commit

    assert isinstance(spec.source, GitSource)
    if spec.source.ref or spec.source.checkout or not spec.patches:
        return spec.source.ref or "HEAD"
    texts = [path.read_text(errors="replace") for path in gathered(spec, Deadline.after(NETWORK_SECONDS))]
    return base_commit(texts) or "HEAD"
