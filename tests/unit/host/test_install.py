# SPDX-License-Identifier: GPL-2.0-only
import json
import os
from pathlib import Path

import pytest

from harness import cli, host
from harness.errors import LabBroke
from harness.host import install, needs, rights


class Host:
    """A machine with programs in one folder; apt-get in it "installs" by writing programs there."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin, self.log, self.mark = folder / "bin", folder / "apt.log", folder / "debian_version"
        self.bin.mkdir()
        self.mark.touch()
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setattr(install, "DEBIAN_MARK", self.mark)
        monkeypatch.setattr(needs, "INCLUDE_FOLDERS", (str(folder / "include"),))
        monkeypatch.setattr(needs, "LIBRARY_FOLDERS", (str(folder / "lib"),))
        self.apt(
            *(need.name for need in needs.needs() if need.kind in ("program", "static") and need.name != "apt-get")
        )
        for need in needs.needs():
            if need.kind in ("header", "library"):
                place = folder / {"header": "include", "library": "lib"}[need.kind] / need.name
                place.parent.mkdir(exist_ok=True)
                place.touch()

    def program(self, name: str, version: str = "99.1") -> None:
        (self.bin / name).write_text(f"#!/bin/sh\necho {name} version {version}\n")
        (self.bin / name).chmod(0o755)

    def apt(self, *names: str) -> None:
        for name in names:
            self.program(name)
        script = f'#!/bin/sh\necho "$@" >> {self.log}\n'
        script += "".join(f"printf '#!/bin/sh\\necho 99.1\\n' > {self.bin}/{name}\n" for name in names)
        (self.bin / "apt-get").write_text(script + f"/bin/chmod +x {self.bin}/*\n")
        (self.bin / "apt-get").chmod(0o755)

    def lose(self, *names: str) -> None:
        for name in names:
            (self.bin / name).unlink()

    @property
    def asked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    known = tuple(need for need in needs.needs() if need.kind != "file")
    monkeypatch.setattr(needs, "needs", lambda: known)
    return Host(tmp_path, monkeypatch)


@pytest.fixture(params=[0, 1000], ids=["root", "user"])
def user(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(os, "geteuid", lambda: request.param)
    return int(request.param)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_a_complete_machine_is_left_alone(machine: Host, user: int) -> None:
    host.ensure(no_install=False)
    assert machine.asked == []


def test_root_on_debian_gets_what_is_missing_and_is_told(
    machine: Host, root: None, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.lose("bison", "mkfs.ext4")
    host.ensure(no_install=False)
    assert machine.asked == ["-qq update", "-qq install -y --no-install-recommends bison e2fsprogs"]
    assert capsys.readouterr().err == "installing with apt-get: bison e2fsprogs (--no-install refuses)\n"


def test_no_install_stops_with_the_command(machine: Host, root: None) -> None:
    machine.lose("bison", "flex")
    with pytest.raises(LabBroke) as caught:
        host.ensure(no_install=True)
    assert str(caught.value) == (
        "missing on this machine: flex, bison: apt-get install -y --no-install-recommends bison flex"
    )
    assert machine.asked == []


def test_a_plain_user_is_given_the_command_with_sudo(machine: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    machine.lose("bison")
    with pytest.raises(LabBroke, match=r": sudo apt-get install -y --no-install-recommends bison$"):
        host.ensure(no_install=False)
    assert machine.asked == []


def test_another_distribution_is_given_the_names(machine: Host, root: None) -> None:
    machine.mark.unlink()
    machine.lose("bison")
    with pytest.raises(LabBroke, match=r"install what Debian calls bison$"):
        host.ensure(no_install=False)


def test_a_program_that_is_too_old_is_named_with_both_versions(machine: Host, root: None) -> None:
    machine.program("qemu-system-x86_64", "5.2.0")
    with pytest.raises(LabBroke, match=r"qemu-system-x86_64 is 5\.2\.0, 7\.0 or newer is needed"):
        host.ensure(no_install=True)


def test_a_busybox_that_needs_libraries_is_no_busybox_for_a_guest(machine: Host, root: None) -> None:
    (machine.bin / "busybox").write_bytes(Path("/bin/sh").read_bytes())
    with pytest.raises(LabBroke, match=r"missing on this machine: busybox: .* busybox-static$"):
        host.ensure(no_install=True)


def test_an_installation_that_brings_nothing_is_not_believed(machine: Host, root: None) -> None:
    machine.apt()
    machine.lose("bison")
    with pytest.raises(LabBroke, match="missing on this machine: bison even after installing bison"):
        host.ensure(no_install=False)


def test_what_only_checks_need_is_not_asked_of_a_run(machine: Host, root: None) -> None:
    machine.lose("shellcheck")
    host.ensure(no_install=True)
    with pytest.raises(LabBroke, match="shellcheck"):
        host.ensure(no_install=True, purposes=("check",))


def test_the_doctor_lists_everything_and_ends_with_the_command(
    machine: Host, root: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "ROOM", 1)
    monkeypatch.setattr(rights, "MEMORY", 1)
    assert cli.main(["doctor"]) == 0
    complete = capsys.readouterr().out
    assert all(need.name in complete for need in needs.needs() if need.purpose != "check")
    machine.lose("gcc", "make")
    assert cli.main(["doctor"]) == 3
    out = capsys.readouterr().out
    assert out.splitlines()[-1].endswith("apt-get install -y --no-install-recommends gcc make")
    assert [line.split()[1] for line in out.splitlines() if line.startswith("missing")] == ["gcc", "make"]


def test_the_doctor_speaks_json(machine: Host, root: None, capsys: pytest.CaptureFixture[str]) -> None:
    machine.lose("gcc")
    assert cli.main(["doctor", "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    (gcc,) = [need for need in said["needs"] if need["name"] == "gcc"]
    assert (gcc["fine"], gcc["package"], gcc["place"]) == (False, "gcc", "")


def test_a_cache_that_cannot_be_written_is_a_missing_right(
    machine: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAB_CACHE", str(machine.mark / "cache"))
    assert cli.main(["doctor"]) == 3
    assert "missing write to cache" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "least", "enough"),
    [("7.0", "7.0", True), ("7.2.22", "7.0", True), ("10.0", "7.0", True), ("6.9.9", "7.0", False), ("", "7.0", True)],
)
def test_versions_are_compared_by_number(version: str, least: str, enough: bool) -> None:
    assert needs.at_least(version, least) is enough


def test_every_need_says_why_and_which_package() -> None:
    from harness.host.needs import KINDS
    from harness.host.needs import needs as real

    for need in real():
        assert need.kind in KINDS
        assert need.package and need.why
        assert need.purpose in ("build", "image", "guest", "check")
