/* SPDX-License-Identifier: GPL-2.0-only */
/* What the operations share. ops.c has the table, ops_file.c and ops_map.c the functions that are no plain access. */
#ifndef LAB_OPS_H
#define LAB_OPS_H

#include "racer.h"

size_t page_offset(const struct actor *a, int page);
size_t first_byte(const struct actor *a);
char *first_address(const struct actor *a);
size_t byte_count(const struct actor *a);
int last_page(const struct actor *a);	/* one behind it */
void outcome(struct actor *a, long ret);
void saw_page(struct actor *a, int page, const char *content);
void op_read(struct actor *a);
void op_write(struct actor *a);

/* ops_file.c */
void op_fsync(struct actor *a);
void op_fdatasync(struct actor *a);
void op_msync(struct actor *a);
void op_sync_file_range(struct actor *a);
void op_write_then_fsync(struct actor *a);
void op_pread(struct actor *a);
void op_pwrite(struct actor *a);
void op_rewrite(struct actor *a);
void op_punch(struct actor *a);
void op_punch_then_pwrite(struct actor *a);
void op_punch_then_reuse(struct actor *a);
void op_zero_range(struct actor *a);
void op_collapse(struct actor *a);
void op_fallocate(struct actor *a);
void op_truncate(struct actor *a);
void op_truncate_then_extend(struct actor *a);
void op_clone(struct actor *a);
void op_unshare(struct actor *a);

/* ops_map.c */
void op_remap(struct actor *a);
void op_mremap(struct actor *a);
void op_mremap_dontunmap(struct actor *a);
void op_mprotect_then_write(struct actor *a);
void op_refault_read(struct actor *a);
void op_refault_write(struct actor *a);
void op_dontneed(struct actor *a);
void op_populate_write(struct actor *a);
void op_split(struct actor *a);
void op_store_behind(struct actor *a);
void op_leave_page_table(struct actor *a);
void op_page_table_then_rewrite(struct actor *a);
void op_small_entry_then_store(struct actor *a);
void op_rewrite_then_touch(struct actor *a);
void op_cow_copy(struct actor *a);
void op_fork(struct actor *a);
void op_fork_then_write(struct actor *a);
void op_pin(struct actor *a);
void op_pin_fsync(struct actor *a);
void op_poison(struct actor *a);
void op_write_then_flush(struct actor *a);

/* ops_pipe.c */
void op_pipe_write(struct actor *a);
void op_pipe_grow(struct actor *a);

/* needs.c: why the operation cannot be done here, NULL if it can */
const char *no_memory_failure(void);
const char *no_map_sync(void);
const char *no_clone(void);
const char *no_dontunmap(void);
const char *no_populate(void);

#endif
