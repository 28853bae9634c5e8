# SPDX-License-Identifier: GPL-2.0-only
"""What the host must have: programs, headers, rights. ``ensure()`` is what verbs call before they need them."""

from harness.host.install import ensure

__all__ = ["ensure"]
