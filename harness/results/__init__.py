# SPDX-License-Identifier: GPL-2.0-only
"""What a run leaves in its numbered folder."""
