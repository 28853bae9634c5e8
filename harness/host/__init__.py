# SPDX-License-Identifier: GPL-2.0-only
"""What the host must have: programs, headers, rights."""
