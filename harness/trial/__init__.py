# SPDX-License-Identifier: GPL-2.0-only
"""`lab try`: any patch, range or revert, at points of what it touches, in the scenarios that reach it."""
