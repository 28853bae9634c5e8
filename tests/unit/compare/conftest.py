# SPDX-License-Identifier: GPL-2.0-only
"""What guests of the scripted QEMU need, as for the tests of harness/engine."""

from tests.unit.engine.conftest import boots, kernels, supplies

__all__ = ["boots", "kernels", "supplies"]
