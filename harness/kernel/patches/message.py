# SPDX-License-Identifier: GPL-2.0-only
"""A series on a mailing list by its message id, fetched by b4, which finds newer versions and trailers too."""

import re
import shutil
import tempfile
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.kernel.patches.local import kept
from harness.kernel.patches.mail import mails, series_of, version_number
from harness.process import CommandFailed, run, tail

MESSAGE = re.compile(r"^[^\s<>/]+@[^\s<>/]+$")


def patches(message: str, version: str | None, deadline: Deadline) -> tuple[Path, ...]:
    """Patch files in order, of ``version`` or the newest.

    Raises BadInput for what is no message id, LabBroke without b4 or network.
    """
    wanted = message.strip("<>")
    if not MESSAGE.match(wanted):
        raise BadInput(f"`{message}` is no message id: it has the form 2022...@example.org, as lore's addresses have")
    if not shutil.which("b4"):
        raise LabBroke(f"b4 is needed to fetch {wanted}: `apt-get install b4`, or save the thread and name that mbox")
    number = version_number(version, wanted)
    with tempfile.TemporaryDirectory(prefix="lab-b4-") as folder:
        _fetch(wanted, number, folder, deadline)
        boxes = sorted(Path(folder).glob("*.mbx"))
        if not boxes:
            raise LabBroke(f"b4 fetched {wanted} and left no mbox: save the thread and name that mbox")
        return kept(series_of(mails(boxes[0]), wanted, number))


def _fetch(message: str, version: int | None, folder: str, deadline: Deadline) -> None:
    asked = ["--use-version", str(version)] if version else ["--check-newer-revisions"]
    try:
        run(["b4", "am", "--no-cover", *asked, "-o", folder, message], deadline=deadline)
    except CommandFailed as error:
        said = tail(error.output, 1)
        raise LabBroke(
            f"b4 could not fetch {message} ({said}): without network save the thread and name that mbox"
        ) from None
