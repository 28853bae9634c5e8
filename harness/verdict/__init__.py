# SPDX-License-Identifier: GPL-2.0-only
"""From records to one word, its reasons and an exit status."""
