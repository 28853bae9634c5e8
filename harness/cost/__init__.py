# SPDX-License-Identifier: GPL-2.0-only
"""What faults and syncs cost on one kernel and on another, and how that is told."""
