# SPDX-License-Identifier: GPL-2.0-only
"""`lab nightly`: what is new is built and run, and what changed since the last good night is told."""
