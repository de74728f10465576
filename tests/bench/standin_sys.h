/* System calls of the stand-in without a C library, where we can do that. */
/* SPDX-License-Identifier: ISC */
#ifndef BENCH_STANDIN_SYS_H
#define BENCH_STANDIN_SYS_H

/*
 * A stand-in is started once per call, inside the call set-up that is being
 * measured: start-up code of a C library (relocations, locale, some thirty
 * page faults) would drown what the server does.  Where the processor is one
 * we know, the program is a few pages without a library; elsewhere
 * -DSTANDIN_LIBC makes an ordinary program of it.
 */
#include <linux/time.h>		/* before asm/: struct timespec */
#include <asm/ioctls.h>
#include <asm/signal.h>
#include <asm/termbits.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/poll.h>
#include <linux/errno.h>
#include <asm/unistd.h>

#include <stddef.h>
#include <stdint.h>

#ifdef STANDIN_LIBC
long	syscall(long, ...);
extern int *__errno_location(void);
void	*mmap(void *, size_t, int, int, int, long);

static inline long
sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	long r = syscall(nr, a, b, c, d, e, f);

	return r == -1 ? -*__errno_location() : r;
}

#elif defined(__x86_64__)

static inline long
sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(nr), "D"(a), "S"(b),
	    "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return r;
}

__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n"
    "\tand $-16, %rsp\n\tcall standin_start\n\thlt\n");

#elif defined(__aarch64__)

static inline long
sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2),
	    "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}

__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n"
    "\tbl standin_start\n\tbrk #0\n");

#else
#error "no start-up code for this processor: build with -DSTANDIN_LIBC"
#endif

static inline long
sys_read(int fd, void *buf, size_t len)
{
	return sys6(__NR_read, fd, (long)buf, (long)len, 0, 0, 0);
}

static inline long
sys_write(int fd, const void *buf, size_t len)
{
	return sys6(__NR_write, fd, (long)buf, (long)len, 0, 0, 0);
}

static inline long
sys_open(const char *path, int flags)
{
	return sys6(__NR_openat, AT_FDCWD, (long)path, flags, 0, 0, 0);
}

static inline long
sys_ioctl(int fd, unsigned long what, void *arg)
{
	return sys6(__NR_ioctl, fd, (long)what, (long)arg, 0, 0, 0);
}

/* A shared mapping of the file; below 0 an error, as from the others. */
static inline long
sys_map(int fd, size_t len)
{
#ifdef STANDIN_LIBC
	/* s390 and 32-bit machines want the arguments in memory or in pages. */
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return at == (void *)-1 ? -*__errno_location() : (long)at;
#else
	return sys6(__NR_mmap, 0, (long)len, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
#endif
}

static inline void
sys_exit(int status)
{
	sys6(__NR_exit_group, status, 0, 0, 0, 0, 0);
}

static inline uint64_t
sys_clock(int clock)
{
	struct { long sec, nsec; } ts = { 0, 0 };

	sys6(__NR_clock_gettime, clock, (long)&ts, 0, 0, 0, 0);
	return (uint64_t)ts.sec * 1000000000U + (uint64_t)ts.nsec;
}

static inline void
sys_sleep_until(uint64_t ns)
{
	struct { long sec, nsec; } ts;

	ts.sec = (long)(ns / 1000000000U);
	ts.nsec = (long)(ns % 1000000000U);
	sys6(__NR_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, (long)&ts,
	    0, 0, 0);
}

/* Waits for the tty, should the server have made it non-blocking. */
static inline void
sys_poll(int fd, short events)
{
	struct pollfd p = { fd, events, 0 };

	sys6(__NR_ppoll, (long)&p, 1, 0, 0, 0, 0);
}

#endif
