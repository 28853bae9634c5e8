# SPDX-License-Identifier: GPL-2.0-only
"""Every run there was, in one SQLite file beside the run folders."""
