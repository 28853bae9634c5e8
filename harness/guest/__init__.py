# SPDX-License-Identifier: GPL-2.0-only
"""Guests: what QEMU is told (argv), how it is started, watched and spoken to, and how a guest ended."""
