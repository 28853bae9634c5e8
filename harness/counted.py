# SPDX-License-Identifier: GPL-2.0-only
"""Numbers of things as a person writes them."""


def counted(count: int, noun: str) -> str:
    """``"1 schedule"``, ``"1,234 schedules"``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
