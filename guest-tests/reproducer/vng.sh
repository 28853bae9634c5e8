#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vng.sh BZIMAGE: the schedule under virtme-ng, after make all and ./pmem.sh. Its root is the host's, over 9p.
cd "$(dirname "$(readlink -f "$0")")" || exit
exec vng --verbose --skip-modules --disable-kvm --disable-microvm --force-9p --rw --user root --cpus 1 --memory 512M \
	--run "$1" --exec "$PWD/repro" \
	--append "nokaslr norandmaps mitigations=off random.trust_cpu=off nolapic_timer no_timer_check tsc=reliable" \
	--qemu-opts="-machine nvdimm=on -accel tcg,thread=single -icount shift=1,sleep=off -m 512M,slots=2,maxmem=1664M \
-object memory-backend-file,id=media0,share=on,size=$(stat -c %s pmem.img),mem-path=$PWD/pmem.img \
-device nvdimm,id=nvdimm0,memdev=media0"
