/* SPDX-License-Identifier: GPL-2.0-only */
int handle_fault(int address);
int handle_fault(int address) { return address; }
