# SPDX-License-Identifier: GPL-2.0-only
"""One archive of runs: a compressed tar whose bytes depend on its files alone, and which is read with suspicion."""

import gzip
import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness.errors import BadInput, LabBroke

MANIFEST = "bundle.json"  # the first member
FORMAT = "dax-lab bundle"
SCHEMA = 1
BYTES_MAX = 4 << 30  # unpacked: a bundle with two kernels has 0.3 GB

Content = Path | bytes


@dataclass(frozen=True)
class Manifest:
    """What an archive holds: the ids of its runs, whose files are in runs/ID, and the keys of its kernels."""

    runs: tuple[str, ...]
    kernels: tuple[str, ...] = ()

    def text(self) -> bytes:
        """bundle.json."""
        plain = {"format": FORMAT, "schema": SCHEMA, "runs": self.runs, "kernels": self.kernels}
        return (json.dumps(plain, indent=1) + "\n").encode()


def write_archive(path: Path, manifest: Manifest, files: Mapping[str, Content]) -> None:
    """Writes ``path`` whole or not at all. The same files give the same bytes, with the same zlib.

    Raises BadInput where it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            _write(packed, {MANIFEST: manifest.text()}, files)
        draft.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def _write(packed: gzip.GzipFile, first: Mapping[str, Content], files: Mapping[str, Content]) -> None:
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in [*first.items(), *sorted(files.items())]:
            data = content if isinstance(content, bytes) else content.read_bytes()
            tar.addfile(_member(name, len(data)), io.BytesIO(data))


def _member(name: str, size: int) -> tarfile.TarInfo:
    """Neither owner nor time nor mode of this machine."""
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o644, 0
    return member


def is_archive(path: Path) -> bool:
    """Whether it looks like one, as opposed to a run's number or folder."""
    return path.is_file()


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpacks an archive into the empty ``folder``; only plain files below it come out.

    Raises BadInput for a file that is no such archive, is damaged, or holds anything but plain files.
    """
    try:
        with tarfile.open(path, "r:gz") as tar:
            manifest = _manifest(path, tar)
            _extract(path, tar, folder)
            return manifest
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise BadInput(f"{path} is no bundle, or a damaged one ({error}): get it again") from None
    except OSError as error:
        if not os.access(path, os.R_OK) or path.is_dir():
            raise BadInput(f"{path} cannot be read: {error.strerror}") from None
        raise LabBroke(f"{path} cannot be unpacked to {folder}: {error.strerror}") from None


def _manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    data = tar.extractfile(member) if member and member.name == MANIFEST and member.size < 1 << 20 else None
    try:
        plain = json.loads(data.read()) if data else {}
        if plain.get("format") != FORMAT:
            raise BadInput(f"{path} is no bundle: `lab bundle` and `lab export` make them")
        if plain["schema"] != SCHEMA:
            raise BadInput(f"{path} has schema {plain['schema']}, this lab reads {SCHEMA}: use the lab that made it")
        return Manifest(tuple(map(str, plain["runs"])), tuple(map(str, plain["kernels"])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path}: {MANIFEST}: {error!r}; the bundle is damaged") from None


def _extract(path: Path, tar: tarfile.TarFile, folder: Path) -> None:
    left = BYTES_MAX
    while member := tar.next():
        parts = PurePosixPath(member.name).parts
        left -= member.size
        if not member.isreg() or ".." in parts or member.name.startswith("/"):
            raise BadInput(f"{path}: `{member.name[:80]}` is no plain file of a bundle: do not trust this archive")
        if left < 0:
            raise BadInput(f"{path} unpacks to more than {BYTES_MAX >> 30} GB: no bundle does")
        source = tar.extractfile(member)
        assert source is not None
        place = folder.joinpath(*parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            while block := source.read(1 << 20):
                file.write(block)
