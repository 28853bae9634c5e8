# SPDX-License-Identifier: GPL-2.0-only
"""The GNU build id: it tells whether a running kernel is the one that the points came from."""

from pathlib import Path

from harness.errors import LabBroke


def build_id(vmlinux: Path) -> str:
    """The build id of a vmlinux in hex, as /sys/kernel/notes of the running kernel has it. Raises LabBroke."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import NoteSection

    try:
        with vmlinux.open("rb") as file:
            for section in ELFFile(file).iter_sections():
                if isinstance(section, NoteSection):
                    for note in section.iter_notes():
                        if note["n_type"] == "NT_GNU_BUILD_ID":
                            return str(note["n_desc"])
    except (OSError, ELFError) as error:
        raise LabBroke(f"{vmlinux} is no kernel image: {error}") from None
    raise LabBroke(f"{vmlinux} has no build id: link it with --build-id, the kernel's default")
