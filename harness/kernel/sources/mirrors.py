# SPDX-License-Identifier: GPL-2.0-only
"""Debian's mirrors that this host uses already: near, allowed, perhaps the only ones that can be reached."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

APT = Path("/etc/apt")
OFFICIAL = "http://deb.debian.org"
URI = re.compile(r"\b(?:https?|ftp|file|mirror(?:\+\w+)?):/\S+")


@dataclass(frozen=True)
class Mirrors:
    """URIs of the archive and of the security archive, without a slash at the end."""

    archive: str = f"{OFFICIAL}/debian"
    security: str = f"{OFFICIAL}/debian-security"


def mirrors(apt: Path = APT) -> Mirrors:
    """The mirrors in the host's sources.list and sources.list.d, Debian's official ones where there are none."""
    uris = [uri for path in _lists(apt) for uri in _uris(path)]
    official = Mirrors()
    archive = next((uri for uri in uris if uri.endswith("/debian")), official.archive)
    security = next((uri for uri in uris if uri.endswith("/debian-security")), official.security)
    return Mirrors(archive, security)


def _lists(apt: Path) -> list[Path]:
    folder = apt / "sources.list.d"
    found = [apt / "sources.list", *sorted(folder.glob("*.list")), *sorted(folder.glob("*.sources"))]
    return [path for path in found if path.is_file()]


def _uris(path: Path) -> Iterator[str]:
    for line in path.read_text(errors="replace").splitlines():
        if not line.lstrip().startswith("#"):
            yield from (found.rstrip("/") for found in URI.findall(line))
