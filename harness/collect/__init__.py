# SPDX-License-Identifier: GPL-2.0-only
"""What a guest's kernel said, as findings."""
