# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's command line says what the mode needs, and nothing that would spoil it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.guest.argv import kernel_arguments, qemu_argv
from harness.guest.plan import GuestPlan

MakePlan = Callable[[str], GuestPlan]


def text(plan: GuestPlan) -> str:
    return " ".join(qemu_argv(plan))


def test_a_sweeps_time_and_randomness_come_from_the_guest_alone(plan_of: MakePlan) -> None:
    line = text(plan_of(""))
    assert "-accel tcg,thread=single -icount shift=1,sleep=off" in line
    assert "clock=vm" in line
    assert "-cpu max,-rdrand,-rdseed,-erms,-fsrm -smp 1" in line
    assert "virtio-serial-pci,id=ports,ioeventfd=off" in line
    assert "netdev" not in line
    assert "virtio-net" not in line
    assert "virtio-rng" not in line


def test_a_sweep_is_emulated_even_where_kvm_works(plan_of: MakePlan) -> None:
    assert "kvm" not in text(replace(plan_of(""), accelerator="kvm"))


def test_the_second_cpu_of_a_sweep_is_emulated_by_the_same_thread_and_gets_a_timer_but_no_device(
    plan_of: MakePlan,
) -> None:
    plan = replace(plan_of(""), cpus=2)
    assert "-accel tcg,thread=single -icount shift=1,sleep=off" in text(plan) and "-smp 2" in text(plan)
    one, two = kernel_arguments(plan_of("")).split(), kernel_arguments(plan).split()
    assert (set(one) - set(two), set(two) - set(one)) == ({"nolapic_timer"}, {"maxcpus=1"})


def test_stress_runs_several_cpus_in_parallel(plan_of: MakePlan) -> None:
    plan = replace(plan_of(""), mode="ssh", cpus=4)
    assert "tcg,thread=multi -cpu max -smp 4" in text(plan)
    assert "icount" not in text(plan)
    assert "-accel kvm -cpu host -smp 4" in text(replace(plan, accelerator="kvm"))


def test_a_guest_of_several_cpus_takes_no_time_of_the_hosts_for_a_stall(plan_of: MakePlan) -> None:
    patient = {"watchdog_thresh=30", "rcupdate.rcu_cpu_stall_timeout=300", "no_timer_check"}
    assert patient <= set(kernel_arguments(replace(plan_of(""), mode="ssh")).split())
    assert patient & set(kernel_arguments(plan_of("")).split()) == {"no_timer_check"}, "a sweep's clock is its own"


def test_ssh_is_the_only_way_in_and_there_is_none_out(plan_of: MakePlan) -> None:
    line = text(replace(plan_of(""), mode="ssh", ssh_port=2201))
    assert "user,id=lab,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:2201-:22" in line
    assert line.count("hostfwd") == 1


def test_a_panic_or_a_reset_ends_qemu(plan_of: MakePlan) -> None:
    argv = qemu_argv(plan_of(""))
    words = argv[argv.index("-append") + 1].split()
    assert "-no-reboot" in argv
    assert {"panic=-1", "oops=panic", "softlockup_panic=1"} <= set(words)


def test_the_log_is_not_filtered_for_the_console(plan_of: MakePlan) -> None:
    words = kernel_arguments(plan_of("")).split()
    assert "ignore_loglevel" in words
    assert "quiet" not in words


def test_commas_in_paths_are_doubled(plan_of: MakePlan) -> None:
    assert "run,,1/console.log" in text(plan_of(""))


def test_each_nvdimm_has_a_slot_and_its_exact_size(plan_of: MakePlan) -> None:
    plan = plan_of("")
    line = text(replace(plan, nvdimms=plan.nvdimms * 2))
    assert "slots=3" in line
    assert line.count("size=134217728") == 2
    assert "lab.nvdimms=2" in line


def test_a_debugger_finds_the_guest_stopped(plan_of: MakePlan) -> None:
    argv = qemu_argv(replace(plan_of(""), gdb=Path("/tmp/gdb")))
    assert argv[argv.index("-gdb") + 1] == "unix:/tmp/gdb,server=on,wait=off"
    assert "-S" in argv
