# SPDX-License-Identifier: GPL-2.0-only
"""`lab powercut`: what a power cut leaves, mounted by a new guest, checked, and held against what syncs promised."""
