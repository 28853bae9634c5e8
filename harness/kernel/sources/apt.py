# SPDX-License-Identifier: GPL-2.0-only
"""apt with a configuration of its own: no root, nothing of the host's changed, packages of any Debian release."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.kernel.sources.mirrors import mirrors
from harness.process import CommandFailed, run

STILL_MOVING = ("sid", "unstable", "experimental")  # have no security suite: fixes come like all else
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
NOT_THERE = re.compile(r"does not have a Release file|404 +Not Found")
NETWORK = ("Acquire::http", "Acquire::https", "Acquire::ForceIPv")
CONFIGURATION = """\
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/lab.sources";
Dir::Etc::sourceparts "-";
Dir::Etc::main "-";
Dir::Etc::parts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
Dir::Log "{folder}";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
"""
SOURCE = """\
Types: deb
URIs: {uri}
Suites: {suite}
Components: main
Signed-By: {keyring}

"""


def suites(release: str) -> tuple[str, ...]:
    """The suites that make up a Debian release: "bookworm" with its security suite, "trixie-backports" alone."""
    return (release,) if "-" in release or release in STILL_MOVING else (release, f"{release}-security")


def apt_sources(release: str) -> str:
    """A .sources file for these suites, on the mirrors that this host uses."""
    uris = mirrors()
    return "".join(
        SOURCE.format(uri=uris.security if suite.endswith("-security") else uris.archive, suite=suite, keyring=KEYRING)
        for suite in suites(release)
    )


class Apt:
    """A private apt in ``folder`` for one Debian release, its security suite included ("bookworm")."""

    def __init__(self, folder: Path, release: str) -> None:
        self.folder, self.release = folder, release

    def set_up(self) -> None:
        """Writes the configuration. Raises LabBroke if Debian's keys are not there."""
        if not KEYRING.is_file():
            raise LabBroke(f"{KEYRING} is missing: `apt-get install debian-archive-keyring` brings it")
        for name in ("state/lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        (self.folder / "lab.sources").write_text(apt_sources(self.release))
        (self.folder / "apt.conf").write_text(CONFIGURATION.format(folder=self.folder) + host_network())

    def update(self, deadline: Deadline) -> None:
        """Fetches the package lists. Raises BadInput if the mirrors have no such release, LabBroke."""
        try:
            self._run(["apt-get", "-qq", "update"], deadline)
        except CommandFailed as error:
            if NOT_THERE.search(error.output):
                raise BadInput(f"`{self.release}` is no release that Debian's mirrors have; check its name") from None
            raise

    def newest_kernel(self, deadline: Deadline) -> str | None:
        """The package with the newest kernel's source, by Debian's metapackage linux-source; None if there is none."""
        shown = self._run(["apt-cache", "depends", "linux-source"], deadline)
        found = re.search(r"Depends: (linux-source-\d+\.\d+)$", shown, re.M)
        return found[1] if found else None

    def version(self, package: str, deadline: Deadline) -> str | None:
        """The newest version there is of ``package``, None if there is none."""
        shown = self._run(["apt-cache", "policy", package], deadline)
        found = [line.split()[1] for line in shown.splitlines() if line.strip().startswith("Candidate:")]
        return found[0] if found and found[0] != "(none)" else None

    def download(self, package: str, version: str, deadline: Deadline) -> Path:
        """Fetches one package, checked by Debian's signatures, and returns the .deb. Raises LabBroke."""
        self._run(["apt-get", "-qq", "download", f"{package}={version}"], deadline)
        found = sorted(self.folder.glob(f"{package}_*.deb"), key=os.path.getmtime)
        if not found:
            raise LabBroke(f"apt-get said that it fetched {package}, but there is no such file in {self.folder}")
        return found[-1]

    def _run(self, argv: Sequence[str], deadline: Deadline) -> str:
        return run(argv, cwd=self.folder, env={"APT_CONFIG": str(self.folder / "apt.conf")}, deadline=deadline).stdout


def host_network() -> str:
    """The host's own settings for proxies and the like, as lines of an apt.conf."""
    try:
        lines = run(["apt-config", "dump"]).stdout.splitlines()
    except CommandFailed:
        return ""
    kept = [line for line in lines if line.startswith(NETWORK) and not line.endswith('"";') and "Timeout" not in line]
    return "".join(f"{line}\n" for line in kept)
