# SPDX-License-Identifier: GPL-2.0-only
import subprocess
from pathlib import Path

import pytest

from harness import folders
from harness.config.models import DebianSource, DebSource, TarballSource, TreeSource
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.kernel.sources import debian, obtain, unpack
from harness.kernel.sources.apt import Apt, suites
from harness.kernel.sources.mirrors import Mirrors
from tests.fakes import kernel as fake


@pytest.fixture
def tarball(tmp_path: Path) -> Path:
    """The miniature tree as linux-source-6.1.tar."""
    fake.tree_in(tmp_path / "pack" / "linux-source-6.1")
    path = tmp_path / "linux-source-6.1.tar"
    subprocess.run(["tar", "-cf", path, "-C", tmp_path / "pack", "linux-source-6.1"], check=True)
    return path


@pytest.fixture
def package(tmp_path: Path, tarball: Path) -> Path:
    """A linux-source .deb of the miniature tree."""
    folder = tmp_path / "deb"
    (folder / "usr/src").mkdir(parents=True)
    tarball.rename(folder / "usr/src" / tarball.name)
    (folder / "DEBIAN").mkdir()
    control = "Package: linux-source-6.1\nVersion: 6.1.7-1\nArchitecture: all\n"
    control += "Maintainer: n <n@example.org>\nDescription: d\n"
    (folder / "DEBIAN/control").write_text(control)
    subprocess.run(["dpkg-deb", "--build", folder, tmp_path / "one.deb"], check=True, stdout=subprocess.DEVNULL)
    return tmp_path / "one.deb"


class Archive:
    """Stands for Debian's archive: which release has which package."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, deb: Path, has: dict[str, tuple[str, ...]]) -> None:
        self.deb, self.has, self.fetched = deb, has, 0
        monkeypatch.setattr(Apt, "set_up", lambda apt: apt.folder.mkdir(parents=True, exist_ok=True))
        monkeypatch.setattr(Apt, "update", lambda apt, deadline: None)
        monkeypatch.setattr(
            Apt, "version", lambda apt, name, deadline: "1" if name in self.has.get(apt.release, ()) else None
        )
        monkeypatch.setattr(Apt, "download", lambda apt, name, version, deadline: self._fetch())

    def _fetch(self) -> Path:
        self.fetched += 1
        return self.deb


def test_a_package_is_fetched_once(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    archive = Archive(monkeypatch, package, {"bookworm": ("linux-source-6.1",)})
    source = DebianSource(debian="linux-source-6.1")
    first, second = obtain(source, Deadline()), obtain(source, Deadline())
    assert first == second and first.release == "6.1.7" and archive.fetched == 1
    assert first.note == "Debian linux-source-6.1 1"
    assert (first.folder / "fs/dax.c").is_file()


def test_a_fallback_is_taken_and_told(
    monkeypatch: pytest.MonkeyPatch, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Archive(monkeypatch, package, {"trixie": ("linux-source-6.12",)})
    source = DebianSource(debian="linux-source-6.1", fallback=("linux-source-6.12",))
    tree = obtain(source, Deadline())
    first, told = tree.note.split(": ", 1)
    assert first == "Debian linux-source-6.12 1"
    assert told.startswith("linux-source-6.1 could not be had (") and told.endswith("linux-source-6.12 is used instead")
    assert told in capsys.readouterr().err


def test_without_any_package_the_lab_says_what_it_tried(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    Archive(monkeypatch, package, {})
    with pytest.raises(LabBroke, match=r"bookworm has no linux-source-6\.1"):
        obtain(DebianSource(debian="linux-source-6.1"), Deadline())


def test_an_unknown_package_is_bad_input() -> None:
    with pytest.raises(BadInput, match=r"linux-source-5\.1.*known are linux-source-5\.10, linux-source-6\.1"):
        debian.obtain(DebianSource(debian="linux-source-5.1"), Deadline())


def test_a_package_of_a_named_release_is_fetched_from_it_alone(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    archive = Archive(
        monkeypatch, package, {"trixie-backports": ("linux-source-7.3",), "bookworm": ("linux-source-6.1",)}
    )
    source = DebianSource(debian="linux-source-7.3", release="trixie-backports")
    assert obtain(source, Deadline()) == obtain(source, Deadline()) and archive.fetched == 1
    with pytest.raises(LabBroke, match=r"Debian sid has no linux-source-6\.1"):
        obtain(DebianSource(debian="linux-source-6.1", release="sid"), Deadline())


def test_the_same_package_of_two_releases_is_fetched_twice(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    archive = Archive(monkeypatch, package, dict.fromkeys(("trixie", "bookworm"), ("linux-source-6.12",)))
    obtain(DebianSource(debian="linux-source-6.12"), Deadline())
    obtain(DebianSource(debian="linux-source-6.12", release="bookworm"), Deadline())
    assert archive.fetched == 2


def test_linux_source_is_the_newest_kernel_of_its_release(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    archive = Archive(monkeypatch, package, {"trixie-backports": ("linux-source-7.3",)})
    depends = "linux-source\n  Depends: linux-source-7.3\n"
    monkeypatch.setattr(Apt, "_run", lambda apt, argv, deadline: depends if "depends" in argv else "")
    obtain(DebianSource(debian="linux-source", release="trixie-backports"), Deadline())
    pointer = folders.cache() / "sources" / "linux-source@trixie-backports.json"
    assert archive.fetched == 1 and '"package": "linux-source-7.3"' in pointer.read_text()


def test_linux_source_without_a_release_is_refused() -> None:
    with pytest.raises(ValueError, match="name the `release`"):
        DebianSource(debian="linux-source")


def test_a_release_that_no_mirror_has_is_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "archive").mkdir()
    here = f"file:{tmp_path}/archive"
    monkeypatch.setattr("harness.kernel.sources.apt.mirrors", lambda: Mirrors(here, here))
    apt = Apt(tmp_path / "apt", "nosuch")
    apt.set_up()
    with pytest.raises(BadInput, match="`nosuch` is no release"):
        apt.update(Deadline.after(20))


@pytest.mark.parametrize(
    ("release", "parts"),
    [
        ("bullseye", ("bullseye", "bullseye-security")),
        ("trixie-backports", ("trixie-backports",)),
        ("bullseye-security", ("bullseye-security",)),
        ("sid", ("sid",)),
    ],
)
def test_a_release_has_the_suites_that_debian_gives_it(release: str, parts: tuple[str, ...]) -> None:
    assert suites(release) == parts


def test_a_local_package_is_unpacked(package: Path) -> None:
    assert obtain(DebSource(deb=package), Deadline()).release == "6.1.7"


def test_a_file_that_is_no_package_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "x.deb").write_text("no package")
    with pytest.raises(BadInput, match=r"x\.deb is no Debian package"):
        obtain(DebSource(deb=tmp_path / "x.deb"), Deadline())
    assert not [path for path in (folders.cache() / "sources").iterdir() if path.is_dir()]


def test_a_tarball_is_unpacked_if_its_checksum_is_right(tarball: Path) -> None:
    source = TarballSource(tarball=tarball, sha256=unpack.sha256_of(tarball))
    assert obtain(source, Deadline()).own


def test_a_wrong_checksum_names_both(tarball: Path) -> None:
    with pytest.raises(BadInput, match=f"{unpack.sha256_of(tarball)}.*{'0' * 64}"):
        obtain(TarballSource(tarball=tarball, sha256="0" * 64), Deadline())


def test_a_tree_is_copied_without_what_was_built_in_it(tmp_path: Path) -> None:
    tree = fake.tree_in(tmp_path / "mine")
    (tree / "fs/dax.o").write_text("object")
    source = obtain(TreeSource(tree=tree), Deadline())
    assert source.own and not (source.folder / "fs/dax.o").exists()
    (tree / "fs/dax.c").write_text("int changed;")
    assert obtain(TreeSource(tree=tree), Deadline()).digest != source.digest


def test_a_folder_that_is_no_kernel_tree_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no Linux source tree: Makefile is missing"):
        obtain(TreeSource(tree=tmp_path), Deadline())


def test_apt_reads_and_writes_only_its_own_folder(tmp_path: Path) -> None:
    apt = Apt(tmp_path / "apt", "bookworm")
    apt.set_up()
    assert apt.version("linux-source-6.1", Deadline.after(20)) is None
    assert "bookworm-security" in (apt.folder / "lab.sources").read_text()
    assert f'Dir::State "{apt.folder}/state"' in (apt.folder / "apt.conf").read_text()
