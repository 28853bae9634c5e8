# SPDX-License-Identifier: GPL-2.0-only
"""From a plan to QEMU's command line: pure, so that a dry run can print it and a test can compare it."""

from collections.abc import Callable
from pathlib import Path

from harness.config.scenario import driver
from harness.guest.early import CPU_LOG
from harness.guest.plan import GuestPlan, Nvdimm

GUEST_PORT = 22
SLACK = 1 << 30  # QEMU aligns each memory device, and wants room for it below maxmem
RECORDS_PORT = "lab.records"

# Linux, whatever the mode. All of the log goes to the console: a level would hide WARNs and what came before a panic.
# An oops is a panic, so that its log ends with it, and a panic ends QEMU at once (with -no-reboot). Addresses stay as
# in vmlinux. Mitigations slow down emulation and change nothing about a race.
ALWAYS = (
    "console=ttyS0", "ignore_loglevel", "printk.devkmsg=on", "panic=-1", "oops=panic", "softlockup_panic=1",
    "nokaslr", "norandmaps", "mitigations=off",
)  # fmt: skip

# The clock of a sweep is the count of instructions. The timer of the local APIC is calibrated by spinning 100 ms of
# that time, half of a boot; the HPET does the same work for one CPU. The TSC needs no watchdog for the same reason.
# A guest that falls silent is sent an NMI: the panic tells where it is.
SWEEP_ARGUMENTS = ("random.trust_cpu=off", "no_timer_check", "tsc=reliable", "unknown_nmi_panic")
ONE_CPU = ("nolapic_timer",)

# A second CPU has no other timer. It is for stops in atomic sections. The racer starts it: the kernel waits for it by
# schedule(), and QEMU 7.2 leaves the next CPU no time before this one halts or comes to a PAUSE.
TWO_CPUS = ("maxcpus=1",)

# The decompressor heeds earlyprintk too, but both have it with CONFIG_EARLY_PRINTK alone. earlycon is built in with the
# serial console (SERIAL_EARLYCON); it speaks from parse_early_param() of setup_arch() on, as the other does. A kernel
# that has both says each line twice. The baud rate is what console=ttyS0 sets later.
EARLY = ("earlyprintk=serial,ttyS0,9600", "earlycon=uart8250,io,0x3f8,9600n8")

SWEEP_CPU = "max,-rdrand,-rdseed,-erms,-fsrm"

# A host that is loaded may leave a virtual CPU alone for some time: 2 * 30 s until that is called a soft lockup. Then
# too few ticks come while timer_irq_works() of arch/x86/kernel/apic/io_apic.c counts them: a panic before init.
# RCU calls it a stall when a CPU has not come by for 21 s, as behind a stop of QEMU; unlike a soft lockup it is no end
# of the guest that the lab could look into. 300 s is the most (kernel-parameters.txt), and a reader that never ends is
# found by the guest's silence long before.
PARALLEL_ARGUMENTS = (
    "random.trust_cpu=on", "tsc=reliable", "no_timer_check", "watchdog_thresh=30",
    "rcupdate.rcu_cpu_stall_timeout=300",
)  # fmt: skip


def qemu_argv(plan: GuestPlan) -> list[str]:
    """The words of QEMU's command line, the program first."""
    groups = (_machine, _cpu, _memory, _boot, _console, _records, _network, _control)
    return [plan.qemu, *(word for group in groups for word in group(plan))]


def kernel_arguments(plan: GuestPlan) -> str:
    """The kernel command line; init reads the words that begin with ``lab.``."""
    mode = (
        (*SWEEP_ARGUMENTS, *(ONE_CPU if plan.cpus == 1 else TWO_CPUS)) if plan.mode == "sweep" else PARALLEL_ARGUMENTS
    )
    job = "ssh" if plan.mode == "ssh" else "job"
    ours = (f"lab.mode={job}", f"lab.filesystem={driver(plan.filesystem)}", f"lab.nvdimms={len(plan.nvdimms)}")
    return " ".join([*ALWAYS, *mode, *(EARLY if plan.early else ()), *ours, *plan.arguments])


def _machine(plan: GuestPlan) -> list[str]:
    # Nothing that was not asked for: each device more is a source of interrupts, and of differences between versions.
    machine = ",".join([plan.machine.machine, *plan.machine.options])
    return ["-nodefaults", "-no-user-config", "-display", "none", "-machine", machine]


def _cpu(plan: GuestPlan) -> list[str]:
    return _exact_cpu(plan) if plan.mode == "sweep" else _parallel_cpus(plan)


def _exact_cpu(plan: GuestPlan) -> list[str]:
    # One thread emulates all CPUs in turns; one instruction is 2 ns; no time passes while idle; the date is fixed; no
    # randomness from the host. Where the clock counts instructions, QEMU enters translated code anew for each round of
    # a `rep`: a kernel that is told of no fast string operations clears a page in 512 rounds, not 4096.
    exact = ["-accel", "tcg,thread=single", "-icount", "shift=1,sleep=off"]
    return [*exact, "-rtc", "base=2024-01-01T00:00:00,clock=vm", "-cpu", SWEEP_CPU, "-smp", str(plan.cpus)]


def _parallel_cpus(plan: GuestPlan) -> list[str]:
    kvm = plan.accelerator == "kvm"
    accelerator, model = ("kvm", "host") if kvm else ("tcg,thread=multi", "max")
    return ["-accel", accelerator, "-cpu", model, "-smp", str(plan.cpus)]


def _memory(plan: GuestPlan) -> list[str]:
    most = plan.memory + sum(nvdimm.size + SLACK for nvdimm in plan.nvdimms)
    words = ["-m", f"{plan.memory >> 20}M,slots={len(plan.nvdimms) + 1},maxmem={most >> 20}M"]
    for number, nvdimm in enumerate(plan.nvdimms):
        words += _nvdimm(number, nvdimm)
    return words


def _nvdimm(number: int, nvdimm: Nvdimm) -> list[str]:
    backend = f"memory-backend-file,id=media{number},share=on,size={nvdimm.size},mem-path={_value(nvdimm.image)}"
    return ["-object", backend, "-device", f"nvdimm,id=nvdimm{number},memdev=media{number}"]


def _boot(plan: GuestPlan) -> list[str]:
    # A guest that resets itself, panic or triple fault, is over.
    words = ["-kernel", str(plan.kernel), "-initrd", str(plan.initramfs), "-append", kernel_arguments(plan)]
    return [*words, "-no-reboot"]


def _console(plan: GuestPlan) -> list[str]:
    return ["-chardev", f"file,id=console,path={_value(plan.console)}", "-serial", "chardev:console"]


def _records(plan: GuestPlan) -> list[str]:
    # With an ioeventfd the host's main loop would interrupt whenever it pleases, and runs would differ.
    bus = "virtio-serial-pci,id=ports" + (",ioeventfd=off" if plan.mode == "sweep" else "")
    port = f"virtserialport,bus=ports.0,chardev=records,name={RECORDS_PORT}"
    return ["-chardev", f"file,id=records,path={_value(plan.records)}", "-device", bus, "-device", port]


def _network(plan: GuestPlan) -> list[str]:
    # A card interrupts when packets come, so a sweep has none. restrict=on: no way out, one way in, on loopback only.
    if plan.mode != "ssh":
        return ["-nic", "none"]
    forward = f"hostfwd=tcp:127.0.0.1:{plan.ssh_port}-:{GUEST_PORT}"
    user = f"user,id=lab,restrict=on,ipv6=off,{forward}"
    return ["-netdev", user, "-device", "virtio-net-pci,netdev=lab,romfile=", "-device", "virtio-rng-pci"]


def _control(plan: GuestPlan) -> list[str]:
    waits = ["-S"] if plan.mode == "sweep" else []  # another boot is to be spoken to first
    sockets: list[tuple[str, Path | None, Callable[[str], list[str]]]] = [
        ("-qmp", plan.qmp, lambda path: [f"unix:{path},server=on,wait=off"]),
        ("-gdb", plan.gdb, lambda path: [f"unix:{path},server=on,wait=off", *waits]),
    ]
    control = [word for option, path, words in sockets if path for word in (option, *words(_value(path)))]
    # QEMU says "Triple fault" there, and where the CPU was.
    return [*control, "-d", "cpu_reset", "-D", str(plan.folder / CPU_LOG)] if plan.early else control


def _value(path: Path) -> str:
    """A path inside of a comma-separated option: QEMU reads two commas as one."""
    return str(path).replace(",", ",,")
