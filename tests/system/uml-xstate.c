/*
 * Lets User-Mode Linux run on processors whose register state is larger than
 * it knows of.  To be preloaded: LD_PRELOAD=uml-xstate.so linux.uml ...
 *
 * UML up to 6.9 saves and restores a guest process's vector registers with
 * PTRACE_GETREGSET and PTRACE_SETREGSET in a buffer that ends with AVX-512.
 * The host accepts nothing but the whole state (arch/x86/kernel/fpu/regset.c,
 * xstateregs_set), so a processor with AMX makes every SETREGSET fail with
 * EFAULT, and the guest panics.  Here the missing rest is added: components
 * that UML cannot know are given in their initial state, which is what they
 * have, for a guest never gets permission to use them.
 */
/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <cpuid.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NT_X86_XSTATE	0x202
#define XSTATE_BV	512	/* offset: which components are not initial */
#define XSTATE_MAX	65536	/* octets, more than any processor has */

typedef long ptrace_fn(int, pid_t, void *, void *);

/*
 * The XSTATE_BV bits of those components that end within len octets.  Slow:
 * in a virtual machine each CPUID is a trip to the hypervisor.
 */
static uint64_t
components_within(size_t len)
{
	unsigned int i, size, offset, ecx, edx;
	uint64_t mask = 3;	/* x87 and SSE: the fixed first 512 octets */

	for (i = 2; i < 63; i++) {
		if (__get_cpuid_count(0xd, i, &size, &offset, &ecx, &edx) &&
		    size != 0 && (size_t)offset + size <= len)
			mask |= UINT64_C(1) << i;
	}
	return mask;
}

/* How many octets the host's state has; 0 and errno if it does not say. */
static size_t
host_size(ptrace_fn *next, pid_t pid, unsigned char *buf)
{
	struct iovec iov = { buf, XSTATE_MAX };

	if (next(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &iov) == -1)
		return 0;
	return iov.iov_len;
}

long
ptrace(enum __ptrace_request request, ...)
{
	static ptrace_fn *next;
	static size_t full;
	static size_t known_len;
	static uint64_t known;
	static unsigned char state[XSTATE_MAX];
	struct iovec *iov, whole;
	uint64_t bv;
	va_list ap;
	pid_t pid;
	void *addr, *data;

	va_start(ap, request);
	pid = va_arg(ap, pid_t);
	addr = va_arg(ap, void *);
	data = va_arg(ap, void *);
	va_end(ap);

	if (next == NULL)
		next = (ptrace_fn *)dlsym(RTLD_NEXT, "ptrace");
	if ((int)request != PTRACE_SETREGSET ||
	    (uintptr_t)addr != NT_X86_XSTATE)
		return next((int)request, pid, addr, data);

	iov = data;
	if (full == 0 && (full = host_size(next, pid, state)) == 0)
		return -1;
	if (iov->iov_len >= full || iov->iov_len < XSTATE_BV + sizeof(bv))
		return next((int)request, pid, addr, data);

	if (known_len != iov->iov_len) {
		known = components_within(iov->iov_len);
		known_len = iov->iov_len;
	}
	memset(state, 0, full);
	memcpy(state, iov->iov_base, iov->iov_len);
	memcpy(&bv, state + XSTATE_BV, sizeof(bv));
	bv &= known;
	memcpy(state + XSTATE_BV, &bv, sizeof(bv));
	whole.iov_base = state;
	whole.iov_len = full;
	return next((int)request, pid, addr, &whole);
}
