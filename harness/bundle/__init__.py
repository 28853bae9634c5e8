# SPDX-License-Identifier: GPL-2.0-only
"""Runs in one file, for another machine: to look at, to compare with, to run again."""
