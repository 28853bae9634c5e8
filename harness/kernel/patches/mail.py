# SPDX-License-Identifier: GPL-2.0-only
"""Patches in mail: which messages of an mbox are patches, of which version, in which order."""

import email
import email.policy
import mailbox
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from harness.errors import BadInput

SUBJECT = re.compile(r"^\[(?P<words>[^]]*\bPATCH\b[^]]*)\]\s*(?P<title>.*)$", re.I | re.S)
NUMBER = re.compile(r"\b(?P<number>\d+)/(?P<of>\d+)\b")
VERSION = re.compile(r"\bv(?P<version>\d+)\b", re.I)
BASE = re.compile(r"^base-commit: ([0-9a-f]{12,40})\s*$", re.M)
DIFF = re.compile(r"^--- \S+(?:\t[^\n]*)?\n\+\+\+ \S+", re.M)  # a time stands behind the name, if diff(1) wrote it


@dataclass(frozen=True)
class Mail:
    """One patch. ``version`` counts from 1, ``number`` of ``of`` too."""

    version: int
    number: int
    of: int
    title: str
    text: str

    @property
    def file(self) -> str:
        """A name as `git format-patch` gives it."""
        word = re.sub(r"[^A-Za-z0-9.]+", "-", self.title).strip("-.")[:52]
        return f"{self.number:04}-{word or 'patch'}.patch"


def mails(mbox: Path) -> list[Mail]:
    """Every patch in the file; answers and cover letters are none. Raises BadInput where there is none."""
    try:
        box = mailbox.mbox(mbox, create=False)
        found = [mail for key in box.keys() if (mail := _mail(box.get_bytes(key))) is not None]  # noqa: SIM118
    except (OSError, mailbox.Error) as error:
        raise BadInput(f"{mbox}: it cannot be read: {error}") from None
    if not found:
        raise BadInput(f"{mbox}: no patch is in it: no message [PATCH ...] with a diff")
    return found


def series_of(found: list[Mail], named: str, version: int | None = None) -> list[Mail]:
    """The whole of one version, by default the newest, in order. Raises BadInput for a version or patch that lacks."""
    versions = sorted({mail.version for mail in found})
    wanted = version or versions[-1]
    if wanted not in versions:
        raise BadInput(f"{named}: there is no v{wanted} in it; there is {', '.join(f'v{one}' for one in versions)}")
    by_number = {mail.number: mail for mail in found if mail.version == wanted}  # sent again: the last one counts
    of = max(mail.of for mail in by_number.values())
    missing = [number for number in range(1, of + 1) if number not in by_number]
    if missing:
        raise BadInput(f"{named}: v{wanted} lacks patch {missing[0]}/{of}: save the whole thread")
    return [by_number[number] for number in sorted(by_number)]


def version_number(text: str | None, named: str) -> int | None:
    """The number in `v3`, None for None. Raises BadInput."""
    if text is None:
        return None
    if not re.fullmatch(r"v[1-9]\d*", text):
        raise BadInput(f"{named}: `{text}` is no version: write v1, v2, ...")
    return int(text[1:])


def base_commit(texts: list[str]) -> str:
    """What `base-commit:` says (git format-patch --base), "" if nothing does."""
    return next((found[1] for text in texts if (found := BASE.search(text))), "")


def _mail(raw: bytes) -> Mail | None:
    message = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
    subject = " ".join(str(message.get("Subject", "")).split())
    found = SUBJECT.match(subject)
    body = _text(message)
    if not found or not DIFF.search(body):
        return None
    number, version = NUMBER.search(found["words"]), VERSION.search(found["words"])
    at, of = (int(number["number"]), int(number["of"])) if number else (1, 1)
    if at == 0:
        return None  # a cover letter
    head = f"From: {message.get('From', '')}\nSubject: {subject}\n\n"
    return Mail(int(version["version"]) if version else 1, at, of, found["title"], head + body)


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    try:
        text = str(part.get_content()) if part else ""
    except (LookupError, ValueError):  # a charset that there is not
        text = ""
    return text.replace("\r\n", "\n")
