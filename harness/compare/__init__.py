# SPDX-License-Identifier: GPL-2.0-only
"""`lab compare`: what changed between kernels, exactly by their sweeps, in numbers by races and by cost."""
