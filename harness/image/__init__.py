# SPDX-License-Identifier: GPL-2.0-only
"""What a guest boots from: an initramfs made of the host's packages, and an NVDIMM image with a DAX file system."""
