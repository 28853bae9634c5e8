# SPDX-License-Identifier: GPL-2.0-only
"""A patch series: which patches for which kernel release, and what they are expected to change."""

from pathlib import Path

from pydantic import Field

from harness.config.releases import Releases, within
from harness.config.scenario import MAX_BOUND
from harness.config.section import Names, Section
from harness.errors import BadInput
from harness.sweep.records import Kind


class Expectation(Section):
    """How a scenario fails on a kernel with this series: kinds, the functions its windows lie in, the least bound."""

    fails: tuple[Kind, ...] = Field(min_length=1)
    within: Names = ()
    bound: int = Field(default=1, ge=0, le=MAX_BOUND)
    kernels: Releases | None = Field(default=None, description="releases it is about, as `>=5.3 <6.13`; default: all")

    def holds_for(self, release: str) -> bool:
        """Whether it is about a kernel of this release (``"6.1.192"``). Of others nothing is expected."""
        return within(self.kernels, release)


class Series(Section):
    """patches/.../series.yaml; a scenario that ``expect`` does not name is expected to be silent."""

    name: str
    folder: Path
    title: str
    intent: str
    base: str
    versions: dict[str, dict[str, Names]] = Field(
        min_length=1, description="version -> release prefix, as 6.1 -> patch files in order"
    )
    expect: dict[str, Expectation] = Field(default={})

    @property
    def newest(self) -> str:
        """The newest version: v10 is newer than v9."""
        return max(self.versions, key=lambda name: (len(name), name))

    def patches(self, release: str, version: str | None = None) -> tuple[Path, ...]:
        """Patch files of ``version`` (default: the newest) for a kernel release such as ``"6.1.192"``.

        Raises BadInput if there is no such version or it has no patches for that release.
        """
        version = version or self.newest
        if version not in self.versions:
            raise BadInput(f"series {self.name} has no version `{version}`; there are {', '.join(self.versions)}")
        by_release = self.versions[version]
        for prefix in sorted(by_release, key=len, reverse=True):
            if release == prefix or release.startswith((f"{prefix}.", f"{prefix}-")):
                return tuple(self.folder / patch for patch in by_release[prefix])
        raise BadInput(f"series {self.name} {version} has patches for {', '.join(by_release)}, none for {release}")
