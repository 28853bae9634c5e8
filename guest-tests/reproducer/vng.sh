#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vng.sh BZIMAGE: the schedule under virtme-ng, after make all. Its root is the host's, over 9p. The status of vng itself
# is 255 where the kernel has no virtio-serial console for it, so the console is looked at, as make run does.
bzimage=$(readlink -f "$1") || exit
cd "$(dirname "$(readlink -f "$0")")" && ./pmem.sh || exit
vng --verbose --skip-modules --disable-kvm --disable-microvm --force-9p --rw --user root --cpus 1 --memory 512M \
	--run "$bzimage" --exec "$PWD/repro" \
	--append "nokaslr norandmaps mitigations=off random.trust_cpu=off nolapic_timer no_timer_check tsc=reliable" \
	--qemu-opts="-machine nvdimm=on -accel tcg,thread=single -icount shift=1,sleep=off -m 512M,slots=2,maxmem=1664M \
-object memory-backend-file,id=media0,share=on,size=$(stat -c %s pmem.img),mem-path=$PWD/pmem.img \
-device nvdimm,id=nvdimm0,memdev=media0" </dev/null 2>&1 | tee vng.log
./outcome.sh vng.log
