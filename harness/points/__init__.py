# SPDX-License-Identifier: GPL-2.0-only
"""From a vmlinux to preemption points, and from addresses back to source lines."""
