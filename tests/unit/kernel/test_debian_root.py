# SPDX-License-Identifier: GPL-2.0-only
"""Scripted mmdebstrap, unshare, mount and chroot: what they are told, and that builds go through them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness import folders
from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.kernel import debian_root, worktree
from harness.kernel.build import build, make_lines
from harness.kernel.toolchain import Toolchain, identity
from harness.process import run
from tests.fakes import kernel as fake

STATUS = "Package: gcc\nStatus: install ok installed\nVersion: 4:10.2.1-1\n\nPackage: binutils\nVersion: 2.35.2-2\n"
MMDEBSTRAP = """\
echo "$@" >>{log}
for word; do
	case $word in *.tar) packed=$word ;; esac
	last=$word
done
cat "$last" >>{log}
mkdir -p {scratch}/system/var/lib/dpkg {scratch}/system/usr/bin
printf '{status}' >{scratch}/system/var/lib/dpkg/status
tar -c -f "$packed" -C {scratch}/system .
"""
UNSHARE = """\
echo "unshare $*" >>{log}
while [ "${{1#--}}" != "$1" ]; do shift; done
exec "$@"
"""
CHROOT = """\
echo "chroot $1 in $PWD" >>{log}
shift
exec "$@"
"""


class World:
    """The scripted programs, first in PATH, and what they were told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        self.log.touch()
        status = STATUS.replace("\n", "\\n")
        self.script("mmdebstrap", MMDEBSTRAP.format(log=self.log, scratch=folder, status=status))
        self.script("unshare", UNSHARE.format(log=self.log))
        self.script("mount", f'echo "mount $*" >>{self.log}')
        self.script("chroot", CHROOT.format(log=self.log))
        self.script("newuidmap", "exit 0")

    def script(self, name: str, text: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.folder / name).chmod(0o755)

    @property
    def told(self) -> str:
        return self.log.read_text()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    (tmp_path / "programs").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "programs"), prepend=":")
    (tmp_path / "keyring.gpg").touch()
    monkeypatch.setattr(debian_root, "KEYRING", tmp_path / "keyring.gpg")
    identity.cache_clear()
    debian_root._modes.cache_clear()
    return World(tmp_path / "programs")


def _root(*packages: str) -> Path:
    return debian_root.obtain("bullseye", packages or ("gcc", "binutils"), Deadline())


def test_a_release_is_set_up_once_with_what_a_kernels_build_runs(world: World) -> None:
    root = _root()
    assert _root() == root
    assert world.told.count("--variant=essential") == 1
    assert "binutils,bison,cpio,flex,gcc," in world.told and " bullseye " in world.told
    assert "Suites: bullseye\n" in world.told and "Suites: bullseye-security\n" in world.told
    assert (root / "proc").is_dir() and (root / "usr" / "bin").is_dir()
    assert json.loads((root.parent / "packages.json").read_text()) == {"gcc": "4:10.2.1-1", "binutils": "2.35.2-2"}
    assert sorted(path.name for path in root.parent.parent.iterdir()) == [root.parent.name, f"{root.parent.name}.lock"]


def test_other_packages_are_another_root(world: World) -> None:
    assert _root() != _root("gcc", "binutils", "clang")


def test_a_failed_set_up_leaves_no_root_and_says_why(world: World) -> None:
    world.script("mmdebstrap", 'echo "I: 7 of 80"; echo "E: Could not resolve the mirror"; exit 100')
    with pytest.raises(
        LabBroke, match="Debian bullseye cannot be set up, mmdebstrap says: E: Could not resolve the mir"
    ):
        _root()
    assert not list((folders.cache() / debian_root.KIND).glob("**/root"))


def test_a_missing_mmdebstrap_is_named_with_its_package(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.folder / "mmdebstrap").unlink()
    only = world.folder.parent / "only"
    only.mkdir()
    for name in ("sh", "env", "true"):
        (only / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", f"{world.folder}:{only}")
    monkeypatch.setattr("harness.image.programs.SYSTEM_FOLDERS", str(only))
    assert debian_root.lacking() == "`mmdebstrap` is not installed: `apt-get install mmdebstrap` brings it"
    with pytest.raises(LabBroke, match="apt-get install mmdebstrap"):
        _root()


def test_a_machine_without_mount_namespaces_says_what_to_do_instead(world: World) -> None:
    world.script("unshare", "exit 1")
    with pytest.raises(
        LabBroke, match=r"gives no mount namespace .* name compilers of the host by `cc` and `ld` instead"
    ):
        _root()
    assert "mmdebstrap" not in world.told


def test_a_user_namespace_is_asked_for_where_root_has_no_other(world: World) -> None:
    world.script("unshare", f'[ "$1" = --map-root-user ] || exit 1\n{UNSHARE.format(log=world.log)}')
    assert debian_root.enter(_root())[:3] == ("unshare", "--map-root-user", "--mount")


def test_chroot_is_found_where_a_users_path_has_it_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    system = world.folder.parent / "sbin"
    system.mkdir()
    (world.folder / "chroot").rename(system / "chroot")
    monkeypatch.setattr("harness.image.programs.SYSTEM_FOLDERS", str(system))
    monkeypatch.setenv("PATH", f"{world.folder}:/usr/bin:/bin")
    root = _root()
    assert run([*debian_root.enter(root), "echo", "inside"], cwd=folders.cache()).stdout == "inside\n"
    assert world.told.endswith(f"chroot {root} in {folders.cache()}\n")


def test_a_root_that_cannot_be_entered_says_so_and_not_that_the_host_lacks_a_compiler(world: World) -> None:
    inside = Toolchain(name="debian-11", enter=debian_root.enter(_root()))
    world.script("chroot", "echo no such root; exit 127")
    with pytest.raises(LabBroke, match=r"cc: `gcc` does not run in the toolchain of a Debian release: (.|\n)*no such"):
        _ = inside.identity


def test_a_kernel_its_config_and_modules_are_built_in_the_root(world: World, tmp_path: Path) -> None:
    root = _root()
    inside = Toolchain(name="debian-11", enter=debian_root.enter(root))
    host = fake.request(tmp_path, modules=(fake.module_in(tmp_path),))
    kernel = build(replace(host, toolchain=inside), deadline=Deadline())
    assert kernel.release == "6.1.7" and set(kernel.modules) == {"probe"}
    tree = worktree.place(replace(host, toolchain=inside).tree_key) / "linux"
    # Twice the tools' versions, in the cache; three lines for the config, then kernel and module.
    assert world.told.count(f"chroot {root} in {folders.cache()}\n") == 2
    assert world.told.count(f"chroot {root} in {tree}\n") == 5
    assert f"mount --rbind {folders.cache()} {root}{folders.cache()}\n" in world.told


def test_a_kernel_of_the_root_is_another_kernel_than_the_hosts(world: World, tmp_path: Path) -> None:
    host = fake.request(tmp_path)
    inside = replace(host, toolchain=Toolchain(name="debian-12", enter=debian_root.enter(_root())))
    assert host.key != inside.key and host.tree_key != inside.tree_key
    assert inside.toolchain.told == ("toolchain debian-12", "CC=gcc")
    assert all("chroot" in " ".join(line) for line in make_lines(inside))
