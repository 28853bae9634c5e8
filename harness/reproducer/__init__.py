# SPDX-License-Identifier: GPL-2.0-only
"""`lab reproducer`: one schedule as a tree that needs no lab."""
