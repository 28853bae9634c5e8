# SPDX-License-Identifier: GPL-2.0-only
"""Boots the kernel on crash images: each is mounted, which replays its journal or log, looked at, and unmounted."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.config.models import GuestSpec
from harness.config.scenario import driver
from harness.deadline import Deadline
from harness.engine.guests import guest_plan
from harness.errors import LabBroke
from harness.guest.end import GuestEnd
from harness.guest.plan import Nvdimm
from harness.guest.runner import Guest
from harness.image.initramfs import assemble, overlay
from harness.kernel.artefacts import Kernel
from harness.progress import say

CRASHED = ("panic", "oops", "soft-lockup")  # a lockup would be told by interleave.ko, which these guests do not have


@dataclass(frozen=True)
class Suspect:
    """An image and its stamp, and what to look at in it: a file of its root and offsets of words."""

    image: Path
    stamp: int
    file: str
    offsets: tuple[int, ...]


@dataclass(frozen=True)
class Rebooted:
    """What the rebooted kernel said of one image.

    ``mount``, ``open``, ``umount`` are errnos, 0 if it went well. ``words`` in the order of the offsets, negative where
    the file ends before or reading failed. ``died``: how the guest ended, if it did of this image.
    """

    mount: int = 0
    umount: int = 0
    open: int = 0
    size: int = -1
    words: tuple[int, ...] = ()
    log: tuple[str, ...] = ()
    died: str = ""


@dataclass
class _Reader:
    """Reads the records of one guest (guest-tests/racer/reboot.c)."""

    suspects: Sequence[Suspect]
    done: list[Rebooted] = field(default_factory=list)
    at: int = -1  # the image that was begun last
    said_bye: bool = False
    _log: list[str] = field(default_factory=list)
    _row: Rebooted | None = None

    def take(self, line: str) -> None:
        """One record. Raises LabBroke."""
        row = json.loads(line)
        kind = row["t"]
        if kind == "broken":
            raise LabBroke(f"the guest that mounts crash images stopped: {row['why']} ({row['error']})")
        if kind in ("image", "bye"):
            self._close()
            self.said_bye = kind == "bye"
            if kind == "image":
                self._begin(row["n"], row["stamp"])
        elif kind == "modules":
            pass  # for who reads the records: which /dev/pmemN is which image
        elif kind == "k":
            self._log.append(row["m"])
        elif kind == "rebooted":
            words = tuple(row["w"])
            self._row = Rebooted(row["mount"], row["umount"], row["open"], row["size"], words)
        else:
            raise LabBroke(f"the guest that mounts crash images wrote a record of unknown type {kind!r}")

    def _begin(self, number: int, stamp: int) -> None:
        if number != len(self.done) or stamp != self.suspects[number].stamp:
            raise LabBroke(f"the guest mounted image {stamp} where {self.suspects[number].stamp} was meant")
        self.at = number
        self._log.clear()

    def _close(self) -> None:
        if self._row:
            self.done.append(replace(self._row, log=tuple(self._log)))
        self._row = None
        self._log.clear()

    def died(self, how: str) -> None:
        """The guest died of the image begun last."""
        if self._row:
            self._close()
            self.done[-1] = replace(self.done[-1], died=how)
        else:
            self.done.append(Rebooted(log=tuple(self._log), died=how))


@dataclass(frozen=True)
class _Boot:
    """What one guest told of its images, and of the next one that it was at when it fell ``silent``."""

    done: Sequence[Rebooted]
    silent: str = ""


@dataclass(frozen=True)
class Stand:
    """What images are booted with: a guest's ``base`` archive, its files go to ``folder``.

    ``tick`` is called at each word of a guest: what it raises ends the guest.
    """

    kernel: Kernel
    guest: GuestSpec
    base: Path
    folder: Path
    deadline: Deadline
    tick: Callable[[], object] = lambda: None


def reboot(stand: Stand, suspects: Sequence[Suspect], anew: Callable[[Suspect], object]) -> Iterator[Rebooted]:
    """What becomes of each image, in order, as guests end; fewer if the deadline passes.

    A guest that dies of an image is followed by another for the rest. One that falls silent tells nobody whether its
    kernel or the host is to blame: the image is written ``anew`` and booted alone, and what becomes of it then counts.

    Raises LabBroke where the lab is at fault, and for an image at which two guests fell silent.
    """
    done = boots = 0
    alone = False
    while done < len(suspects) and not stand.deadline.passed:
        some = suspects[done : done + 1] if alone else suspects[done:]
        boot = _boot(stand, some, stand.folder / f"guest-{boots}")
        yield from boot.done
        done, boots = done + len(boot.done), boots + 1
        if boot.silent and alone:
            raise LabBroke(
                f"image {some[0].stamp}: two guests that were to mount it fell silent, the second one had no other "
                f"image; whether the kernel or the host is to blame they did not tell: {boot.silent}"
            )
        alone = bool(boot.silent)
        if alone:
            say(f"a guest fell silent at crash image {suspects[done].stamp}, which is booted alone now: {boot.silent}")
            anew(suspects[done])


def _boot(stand: Stand, suspects: Sequence[Suspect], folder: Path) -> _Boot:
    folder.mkdir(parents=True)
    initramfs = assemble(
        folder / "initramfs", stand.base, overlay({"job": job(suspects, stand.guest.filesystem).encode()})
    )
    plan = guest_plan("sweep", stand.guest, stand.kernel.bzimage, folder, "tcg")
    media = tuple(Nvdimm(each.image, each.image.stat().st_size) for each in suspects)
    # init mounts none of them: it is what this guest is there for.
    plan = replace(plan, initramfs=initramfs, nvdimms=media, arguments=("lab.nvdimms=0",))
    reader = _Reader(suspects)
    try:
        with Guest(plan) as running:
            for line in running.records(stand.deadline):
                stand.tick()
                reader.take(line)
            end = running.wait(stand.deadline)
    finally:
        initramfs.unlink()
    return _told(reader, end)


def _told(reader: _Reader, end: GuestEnd) -> _Boot:
    """What counts of a guest that has ended. Raises LabBroke if it is nobody's end but the lab's."""
    if reader.said_bye or end.kind == "timeout":
        return _Boot(reader.done)
    if reader.at >= 0 and end.kind == "hang":
        return _Boot(reader.done, end.detail)
    if reader.at < 0 or end.kind not in CRASHED:
        raise LabBroke(f"the guest that mounts crash images ended ({end.kind}): {end.detail}")
    reader.died(f"{end.kind}: {end.detail}")
    return _Boot(reader.done)


def job(suspects: Sequence[Suspect], filesystem: str) -> str:
    """The racer's job file."""
    lines = [f"filesystem {driver(filesystem)}"]
    lines += [f"image {each.file} {','.join(map(str, each.offsets))}" for each in suspects]
    return "\n".join(lines) + "\n"
