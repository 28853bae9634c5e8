# SPDX-License-Identifier: GPL-2.0-only
"""`lab powercut` as typed, with guests that follow scripts: the recording's, and that which mounts the images."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import folders, host
from harness.cli import main
from harness.engine.guests import Supplies
from harness.image.pmem import pmem_template
from harness.powercut import run as powercut
from harness.powercut.tape import Mark
from tests.fakes.boots import Boots, scripted_qemu
from tests.fakes.prebuilt import compiled_pair
from tests.fakes.records import begin, boot, bye, done, end, line, passed

NAME = "fsync-write"
VALUE, OLD = 0x482, 7
Type = Callable[..., int]


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_pair(tmp_path_factory.mktemp("kernels"))


def recording(*rows: str, ended: bool = True) -> str:
    """A guest whose only flushes are none, so that its medium is the template."""
    first = [line("points", placed=9, refused=[]), line("canary", ok=True), begin(NAME)]
    last = [end("3" * 400, "0" * 400), done(NAME), bye()] if ended else [done(NAME, status=3)]
    return boot(*first, *rows, *last)


def schedule(name: str, promised: bool = True) -> list[str]:
    """A schedule in which A's sync returns."""
    word = [[64, int(promised), VALUE, OLD]]
    return [line("mark", n=Mark.BEGIN), line("mark", n=0), line("promise", mark=0, file="file0", size=4096, w=word),
            passed(name)]  # fmt: skip


def rebooting(value: int, stamp: int = 0) -> str:
    """The guest that mounts the one image."""
    row = line("rebooted", n=0, mount=0, umount=0, open=0, size=4096, w=[value])
    return boot(line("image", n=0, stamp=stamp), row, line("bye", missed=0))


RECORDED = recording(*schedule("AB"), *schedule("BA"))


@pytest.fixture
def type_(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types the verb; ``recorded`` and ``rebooted`` are the scripts of the two guests."""
    scripted_qemu(tmp_path, monkeypatch)
    (tmp_path / "base").write_bytes(b"")
    store = Supplies(tmp_path / "base", pmem_template(16 << 20, "ext4"))
    monkeypatch.setattr(powercut, "supplies", lambda _guest: store)
    monkeypatch.setattr(host, "ensure", lambda *_words: None)

    def run(*words: str, recorded: str = RECORDED, rebooted: str = "") -> int:
        Boots(kernels / "stock").follow([recorded], "recording")
        Boots(kernels / "stock").follow([rebooted or rebooting(VALUE)], "reboot-0")
        return main(["powercut", "--config", str(kernels / "lab.yaml"), f"--scenario={NAME}", *words])

    return run


def results() -> dict[str, object]:
    (path,) = folders.runs().glob("*/powercut.json")
    return dict(json.loads(path.read_text()))


def test_a_kept_promise_is_status_0(type_: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_() == 0
    out = capsys.readouterr().out
    assert "PASS: `stock` keeps what its syncs promised and a sound ext4: 1 crash image of 2 power cuts" in out
    assert out.splitlines()[-1].startswith("reproduce: ./lab powercut --kernel stock --config ")


def test_a_lost_store_is_status_1_and_keeps_its_image(type_: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_("--json", rebooted=rebooting(OLD)) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["word"], said["status"], len(said["failures"])) == ("FAIL", 1, 2)
    assert said["failures"][0]["wrong"][0]["fault"] == "lost"
    assert said == results()
    assert 'type="lost"' in next(folders.runs().glob("*/junit.xml")).read_text()
    folder = next(folders.runs().iterdir())
    assert (folder / said["failures"][0]["image"]).is_file()
    assert not list(folder.rglob("image0")), "the images of the guests are gone"
    assert not (folder / "bare").exists()


def test_an_image_mixed_up_with_another_is_status_3(type_: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_(rebooted=rebooting(OLD, stamp=5)) == 3
    assert "BROKEN: the guest mounted image 5 where 0 was meant" in capsys.readouterr().out


def test_a_medium_that_the_tape_does_not_explain_is_status_3(type_: Type, capsys: pytest.CaptureFixture[str]) -> None:
    unseen = line("flush", n=1, a=4096, l=8, d=" 0:6d65746164617461")
    assert type_(recorded=recording(unseen, *schedule("AB"), *schedule("BA"))) == 3
    assert "BROKEN: the tape does not hold all that reached the medium" in capsys.readouterr().out


def test_syncs_that_promise_nothing_are_status_4(type_: Type, capsys: pytest.CaptureFixture[str]) -> None:
    idle = recording(*schedule("AB", promised=False), *schedule("BA", promised=False))
    assert type_(recorded=idle) == 4
    out = capsys.readouterr().out
    assert "INCONCLUSIVE: `stock`: nothing is wrong with 1 crash image of 2 power cuts" in out
    assert f"but no sync promised anything in {NAME}" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kernel", "none"], "there is no `none`"),
        (["--scenario", "read-read-hole"], "has no sync to hold a power cut against"),
        (["--schedule", "A1#1"], "--schedule: `A1#1` is no schedule"),
        (["--schedule", "AB", "--scenario", "msync-write"], "name it by --scenario"),
        (["--sample", "-1"], "--sample: -1 cannot be"),
        (["--schedule", "AB", "--bound", "0"], "--bound has no effect on the one schedule"),
        (["--schedule", "AB", "--sample", "3"], "--sample has no effect on the one schedule"),
        (["--budget", "soon"], "--budget: "),
    ],
)
def test_wrong_words_are_status_2(
    type_: Type, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    assert type_(*words) == 2
    assert said in capsys.readouterr().err


def test_one_schedule_alone_is_asked_of_the_guest(type_: Type, kernels: Path) -> None:
    assert type_("--schedule", "AB", recorded=recording(*schedule("AB"))) == 0
    job = (kernels / "stock" / "bzImage.recording.0.initramfs").read_bytes()
    assert b"only AB\ntape 1\n" in job


def test_a_run_of_power_cuts_is_not_taken_for_the_last_run(type_: Type, capsys: pytest.CaptureFixture[str]) -> None:
    type_()
    capsys.readouterr()
    assert main(["report", "last"]) == 2
    assert "there is no run" in capsys.readouterr().err
