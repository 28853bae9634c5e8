# SPDX-License-Identifier: GPL-2.0-only
"""Which acceleration works here, found by a real boot: there are hosts where /dev/kvm opens and no guest ever runs."""

import json
import os
import platform
import subprocess
import tempfile
from pathlib import Path

from harness import folders
from harness.errors import LabBroke
from harness.guest.launch import guarded
from harness.guest.plan import Accelerator
from harness.image.content import write_atomically
from harness.process import run

KVM = Path("/dev/kvm")
PATIENCE = 3.0  # seconds; a working KVM needs 0.1
ROM_SIZE = 64 << 10
RESET_VECTOR = 0xFFF0
JUMP = bytes([0xEA, 0x00, 0x00, 0x00, 0xF0])  # to f000:0000, where the program begins
WORD = 0x2A
EXIT_STATUS = WORD << 1 | 1  # what isa-debug-exit makes of WORD
PROGRAM = bytes.fromhex(  # probe.S, assembled
    "fafc31c08ed88ec066bf0010000066b9000c00006631c066f3ab66c70600100720000066c70600200730000066c70600"
    "308700000066b8200000000f22e066b8001000000f22d866b9800000c00f32660d000100000f302e660f0116880066b8"
    "010000800f22c066ea8e000f00080090000000000000000000000000009a20000000000000920000170070000f00b810"
    "0000008ed88ec08ed0bc00800000b900000100515a48ff042500001000e2f431c00fa266ba0105b02aeef4ebfd"
)
CPU_MODELS = {"kvm": "host", "tcg": "max"}  # as argv.py gives them: a model can fail where another works


def probe(qemu: str = "qemu-system-x86_64", device: Path = KVM) -> Accelerator:
    """The acceleration that a guest of this host really runs with; asked once per host, kernel and QEMU version.

    Raises LabBroke if QEMU is missing or cannot run a guest even without acceleration.
    """
    version = run([qemu, "--version"]).stdout.partition("\n")[0]
    key = f"{platform.node()} {platform.release()} {version} {os.access(device, os.R_OK | os.W_OK)}"
    remembered = _remembered()
    if (found := remembered.get(key)) in ("kvm", "tcg"):
        return "kvm" if found == "kvm" else "tcg"
    accelerator = _tried(qemu, device)
    write_atomically(_file(), [json.dumps({**remembered, key: accelerator}, indent=1).encode()])
    return accelerator


def boots(qemu: str, accelerator: Accelerator, patience: float = PATIENCE) -> bool:
    """Whether a guest of 189 bytes reaches long mode and says its word within ``patience`` seconds."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        rom = Path(folder) / "rom"
        rom.write_bytes((PROGRAM.ljust(RESET_VECTOR, b"\0") + JUMP).ljust(ROM_SIZE, b"\0"))
        argv = [qemu, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc", "-m", "16M"]
        argv += ["-accel", accelerator, "-cpu", CPU_MODELS[accelerator], "-bios", str(rom)]
        argv += ["-device", "isa-debug-exit,iobase=0x501,iosize=1"]
        try:
            done = subprocess.run(guarded(argv), timeout=patience, capture_output=True, check=False)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == EXIT_STATUS


def _tried(qemu: str, device: Path) -> Accelerator:
    if os.access(device, os.R_OK | os.W_OK) and boots(qemu, "kvm"):
        return "kvm"
    if not boots(qemu, "tcg", patience=10 * PATIENCE):
        raise LabBroke(f"`{qemu}` runs no guest, not even an emulated one of 189 bytes: try `{qemu} --version` by hand")
    return "tcg"


def _file() -> Path:
    return folders.cache() / "acceleration.json"


def _remembered() -> dict[str, str]:
    try:
        content = json.loads(_file().read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
