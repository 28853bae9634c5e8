# SPDX-License-Identifier: GPL-2.0-only
"""From a source, patches and fragments to a built kernel in the cache."""
