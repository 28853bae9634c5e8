# SPDX-License-Identifier: GPL-2.0-only
"""Keys of one boot: the guest's host key and the lab's own, made anew each time and kept nowhere."""

import struct
from dataclasses import dataclass
from typing import Self

ALGORITHM = b"ssh-ed25519"


@dataclass(frozen=True)
class KeyPair:
    """One Ed25519 key, 32 bytes a half, in the forms that dropbear, sshd and paramiko read."""

    private: bytes
    public: bytes

    @classmethod
    def generate(cls) -> Self:
        """A new key."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        return cls(key.private_bytes_raw(), key.public_key().public_bytes_raw())

    def dropbear(self) -> bytes:
        """The private key as dropbear's -r file: buf_put_ed25519_priv_key() in its ed25519.c."""
        return _string(ALGORITHM) + _string(self.private + self.public)

    def blob(self) -> bytes:
        """The public key on the wire (RFC 8709)."""
        return _string(ALGORITHM) + _string(self.public)

    def openssh_public(self) -> str:
        """The public key as a line of authorized_keys."""
        from base64 import b64encode

        return f"{ALGORITHM.decode()} {b64encode(self.blob()).decode()} lab\n"

    def openssh_private(self) -> str:
        """The private key as a file of ssh."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        key = Ed25519PrivateKey.from_private_bytes(self.private)
        return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
