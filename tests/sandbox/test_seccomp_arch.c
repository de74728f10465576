/*
 * The engine's filter as it is on other machines: what it answers to the
 * engine's own system calls and to a hostile engine's, by a small machine for
 * classic BPF.  Where sockets are multiplexed by socketcall(2), a filter sees
 * a pointer in the place of the arguments.
 */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/lockdown.h"
#include "shared/ipc.h"

#define FILTERS_MAX	4
#define CODE_MAX	4096
#define ARGS		6
#define API_LEVEL	3		/* libseccomp's, with KILL_PROCESS */

#define FLAGS		(SOCK_CLOEXEC | SOCK_NONBLOCK)
#define POINTER		0x7fd010U
#define ELSEWHERE	(IPC_FD_ADMIN + 40)	/* any other descriptor */

static unsigned int passed, failed;

/* --- instead of the kernel ------------------------------------------------ */

static uint32_t machine;	/* SCMP_ARCH_* that filters are made for */
static struct {
	struct sock_filter	code[CODE_MAX];
	size_t			length;
} filters[FILTERS_MAX];
static size_t loaded;

/* Whether that is of the other byte order; see linux/audit.h. */
static bool
other_order(void)
{
	const bool here = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	return here != ((machine & __AUDIT_ARCH_LE) != 0);
}

int		__wrap_prctl(int, ...);
long		__wrap_syscall(long, ...);
uint32_t	__wrap_seccomp_arch_native(void);
scmp_filter_ctx	__wrap_seccomp_init(uint32_t);
scmp_filter_ctx	__real_seccomp_init(uint32_t);
uint32_t	__real_seccomp_arch_native(void);
int		__wrap_seccomp_load(const scmp_filter_ctx);

/* sandbox_seccomp() asks whether there is seccomp: an emulator has none. */
int
__wrap_prctl(int option, ...)
{
	if (option != PR_SET_SECCOMP)
		abort();
	errno = EFAULT;
	return -1;
}

/* And whether it knows what it is to do. */
long
__wrap_syscall(long call, ...)
{
	if (call != SYS_seccomp)
		abort();
	return 0;
}

uint32_t
__wrap_seccomp_arch_native(void)
{
	return machine;
}

scmp_filter_ctx
__wrap_seccomp_init(uint32_t action)
{
	scmp_filter_ctx ctx = __real_seccomp_init(action);

	if (ctx == NULL || machine == __real_seccomp_arch_native())
		return ctx;
	/* In this order: a filter is for one byte order. */
	if (seccomp_arch_remove(ctx, __real_seccomp_arch_native()) != 0 ||
	    seccomp_arch_add(ctx, machine) != 0)
		abort();
	return ctx;
}

int
__wrap_seccomp_load(const scmp_filter_ctx ctx)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	ssize_t size;

	if (loaded == FILTERS_MAX || fd == -1 ||
	    seccomp_export_bpf(ctx, fd) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	size = read(fd, filters[loaded].code, sizeof(filters[loaded].code));
	if (size <= 0 || (size_t)size == sizeof(filters[loaded].code))
		abort();
	filters[loaded].length = (size_t)size / sizeof(struct sock_filter);
	for (size_t i = 0; i < filters[loaded].length; i++) {
		struct sock_filter *in = &filters[loaded].code[i];

		if (other_order()) {
			in->code = __builtin_bswap16(in->code);
			in->k = __builtin_bswap32(in->k);
		}
	}
	loaded++;
	close(fd);
	return 0;
}

/* What the kernel reads at this offset of its seccomp_data. */
static uint32_t
word(const struct seccomp_data *data, uint32_t at)
{
	uint32_t value;

	if (at % sizeof(value) != 0 || at + sizeof(value) > sizeof(*data))
		abort();
	/* The halves of what is 64 bits long. */
	if (other_order() && at >= offsetof(struct seccomp_data,
	    instruction_pointer))
		at ^= sizeof(value);
	memcpy(&value, (const char *)data + at, sizeof(value));
	return value;
}

static bool
jumps(const struct sock_filter *in, uint32_t a, uint32_t x)
{
	uint32_t operand = BPF_SRC(in->code) == BPF_X ? x : in->k;

	switch (BPF_OP(in->code)) {
	case BPF_JEQ:
		return a == operand;
	case BPF_JGT:
		return a > operand;
	case BPF_JGE:
		return a >= operand;
	case BPF_JSET:
		return (a & operand) != 0;
	default:
		abort();
	}
}

/* One filter's answer; an instruction that is not known here ends the test. */
static uint32_t
run(const struct sock_filter *code, size_t length,
    const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = { 0 };

	for (size_t pc = 0; pc < length; pc++) {
		const struct sock_filter *in = &code[pc];

		switch (BPF_CLASS(in->code)) {
		case BPF_RET:
			return BPF_RVAL(in->code) == BPF_A ? a : in->k;
		case BPF_LD:
			if (BPF_MODE(in->code) == BPF_ABS)
				a = word(data, in->k);
			else if (BPF_MODE(in->code) == BPF_MEM)
				a = memory[in->k % BPF_MEMWORDS];
			else if (BPF_MODE(in->code) == BPF_IMM)
				a = in->k;
			else
				abort();
			break;
		case BPF_ST:
			memory[in->k % BPF_MEMWORDS] = a;
			break;
		case BPF_ALU:
			if (BPF_OP(in->code) != BPF_AND ||
			    BPF_SRC(in->code) != BPF_K)
				abort();
			a &= in->k;
			break;
		case BPF_MISC:
			if (BPF_MISCOP(in->code) == BPF_TAX)
				x = a;
			else
				a = x;
			break;
		case BPF_JMP:
			if (BPF_OP(in->code) == BPF_JA)
				pc += in->k;
			else
				pc += jumps(in, a, x) ? in->jt : in->jf;
			break;
		default:
			abort();
		}
	}
	abort();		/* past its end, which the kernel checks */
}

/* The answer of all of them: the strictest, as in the kernel. */
static uint32_t
answer(const struct seccomp_data *data)
{
	uint32_t strictest = SECCOMP_RET_ALLOW;

	for (size_t i = 0; i < loaded; i++) {
		uint32_t one = run(filters[i].code, filters[i].length, data);

		if ((int32_t)(one & SECCOMP_RET_ACTION_FULL) <
		    (int32_t)(strictest & SECCOMP_RET_ACTION_FULL))
			strictest = one;
	}
	return strictest;
}

/* --- the machines --------------------------------------------------------- */

static const struct machine {
	const char	*name;
	uint32_t	 arch;
	int		 socketcall;	/* its number, 0: has none */
	bool		 same_socket;	/* SOCK_* and SOL_* are as here */
} machines[] = {
	{ "x86_64", SCMP_ARCH_X86_64, 0, true },
	{ "aarch64", SCMP_ARCH_AARCH64, 0, true },
	{ "arm", SCMP_ARCH_ARM, 0, true },
	{ "i386", SCMP_ARCH_X86, 102, true },
	{ "s390", SCMP_ARCH_S390, 102, true },
	{ "s390x", SCMP_ARCH_S390X, 102, true },
	{ "ppc", SCMP_ARCH_PPC, 102, true },
	{ "ppc64le", SCMP_ARCH_PPC64LE, 102, true },
	{ "mips", SCMP_ARCH_MIPS, 4102, false },
	{ "mipsel", SCMP_ARCH_MIPSEL, 4102, false },
	{ "mips64", SCMP_ARCH_MIPS64, 0, false },
	{ "riscv64", SCMP_ARCH_RISCV64, 0, true },
};

/*
 * libseccomp does not tell the numbers of socket calls where there is
 * socketcall(2), too: arch/x86/entry/syscalls/syscall_32.tbl, arch/{s390,
 * powerpc,mips}/kernel/syscalls/.
 */
static const struct direct {
	const char	*name;
	/* gcc for i386 takes that name for a number. */
	int		 on_x86, on_s390, on_ppc, on_mips;
} directs[] = {
	{ "socket", 359, 359, 326, 4183 },
	{ "connect", 362, 362, 328, 4170 },
	{ "accept4", 364, 364, 344, 4334 },
	{ "getsockopt", 365, 365, 340, 4173 },
	{ "setsockopt", 366, 366, 339, 4181 },
	{ "getsockname", 367, 367, 331, 4172 },
	{ "getpeername", 368, 368, 332, 4171 },
	{ "sendto", 369, 369, 335, 4180 },
	{ "sendmsg", 370, 370, 341, 4179 },
	{ "recvfrom", 371, 371, 337, 4176 },
	{ "recvmsg", 372, 372, 342, 4177 },
	{ "shutdown", 373, 373, 338, 4182 },
	{ "recvmmsg", 337, 357, 343, 4335 },
	{ "sendmmsg", 345, 358, 349, 4343 },
};

/* -1: this machine has no such call. */
static int
number(const struct machine *m, const char *call)
{
	int nr = seccomp_syscall_resolve_name_arch(m->arch, call);

	if (m->socketcall == 0)
		return nr < 0 ? -1 : nr;
	for (size_t i = 0; i < sizeof(directs) / sizeof(directs[0]); i++) {
		const struct direct *d = &directs[i];

		if (strcmp(d->name, call) != 0)
			continue;
		switch (m->arch) {
		case SCMP_ARCH_X86:
			return d->on_x86;
		case SCMP_ARCH_S390:
		case SCMP_ARCH_S390X:
			return d->on_s390;
		case SCMP_ARCH_PPC:
		case SCMP_ARCH_PPC64LE:
			return d->on_ppc;
		default:
			return d->on_mips;
		}
	}
	return nr < 0 ? -1 : nr;
}

static bool
allows(const struct machine *m, int nr, const uint64_t args[ARGS])
{
	struct seccomp_data data = { .nr = nr, .arch = m->arch };

	for (size_t i = 0; i < ARGS; i++)
		data.args[i] = args[i];
	return answer(&data) == SECCOMP_RET_ALLOW;
}

static void
verdict(const struct machine *m, const char *what, bool ok)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s: %s\n", m->name, what);
}

/* What the engine does, and what it must not be able to. */
static const struct {
	const char	*what, *call;
	bool		 allowed;
	bool		 here;		/* arguments are other numbers on mips */
	uint64_t	 args[ARGS];
} acts[] = {
	{ "a client is accepted", "accept4", true, true,
	    { IPC_FD_LISTEN, 0, 0, FLAGS, 7, 7 } },
	{ "pptpdctl is accepted", "accept4", true, true,
	    { IPC_FD_ADMIN, 0, 0, FLAGS, 7, 7 } },
	{ "accept from elsewhere", "accept4", false, false,
	    { ELSEWHERE, 0, 0, FLAGS, 0, 0 } },
	{ "recv()", "recvfrom", true, false,
	    { ELSEWHERE, POINTER, 64, 0, 0, 0 } },
	{ "recvfrom() with an address", "recvfrom", false, false,
	    { ELSEWHERE, POINTER, 64, 0, POINTER, POINTER } },
	{ "send()", "sendto", true, true,
	    { ELSEWHERE, POINTER, 64, MSG_NOSIGNAL, 0, 0 } },
	{ "sendto() with an address", "sendto", false, false,
	    { ELSEWHERE, POINTER, 64, MSG_NOSIGNAL, POINTER, 16 } },
	{ "send() with MSG_FASTOPEN", "sendto", false, false,
	    { ELSEWHERE, POINTER, 64, MSG_FASTOPEN, 0, 0 } },
	{ "sendmsg()", "sendmsg", true, true,
	    { ELSEWHERE, POINTER, MSG_NOSIGNAL, 7, 7, 7 } },
	{ "sendmsg() with MSG_FASTOPEN", "sendmsg", false, false,
	    { ELSEWHERE, POINTER, MSG_FASTOPEN, 0, 0, 0 } },
	{ "recvmsg()", "recvmsg", true, false,
	    { ELSEWHERE, POINTER, MSG_CMSG_CLOEXEC, 7, 7, 7 } },
	{ "sendmmsg() of GRE", "sendmmsg", true, true,
	    { IPC_FD_GRE, POINTER, 16, MSG_DONTWAIT, 7, 7 } },
	{ "sendmmsg() elsewhere", "sendmmsg", false, false,
	    { ELSEWHERE, POINTER, 16, 0, 0, 0 } },
	{ "recvmmsg() of GRE", "recvmmsg", true, false,
	    { IPC_FD_GRE, POINTER, 16, MSG_DONTWAIT, 0, 7 } },
	{ "recvmmsg() elsewhere", "recvmmsg", false, false,
	    { ELSEWHERE, POINTER, 16, MSG_DONTWAIT, 0, 0 } },
	{ "TCP_NODELAY", "setsockopt", true, true,
	    { ELSEWHERE, IPPROTO_TCP, TCP_NODELAY, POINTER, 4, 7 } },
	{ "SO_LINGER", "setsockopt", true, true,
	    { ELSEWHERE, SOL_SOCKET, SO_LINGER, POINTER, 8, 7 } },
	{ "SO_MARK", "setsockopt", false, true,
	    { ELSEWHERE, SOL_SOCKET, SO_MARK, POINTER, 4, 0 } },
	{ "SO_PEERCRED", "getsockopt", true, true,
	    { ELSEWHERE, SOL_SOCKET, SO_PEERCRED, POINTER, POINTER, 7 } },
	{ "SO_TYPE", "getsockopt", false, true,
	    { ELSEWHERE, SOL_SOCKET, SO_TYPE, POINTER, POINTER, 0 } },
	{ "getpeername()", "getpeername", true, false,
	    { ELSEWHERE, POINTER, POINTER, 7, 7, 7 } },
	{ "getsockname()", "getsockname", true, false,
	    { ELSEWHERE, POINTER, POINTER, 7, 7, 7 } },
	{ "shutdown()", "shutdown", true, false,
	    { ELSEWHERE, SHUT_RDWR, 7, 7, 7, 7 } },
	{ "socket()", "socket", false, false,
	    { AF_INET, SOCK_STREAM, 0, 0, 0, 0 } },
	{ "connect()", "connect", false, false,
	    { ELSEWHERE, POINTER, 16, 0, 0, 0 } },
	{ "read()", "read", true, false, { ELSEWHERE, POINTER, 64, 7, 7, 7 } },
	{ "write()", "write", true, false,
	    { ELSEWHERE, POINTER, 64, 7, 7, 7 } },
	{ "execve()", "execve", false, false,
	    { POINTER, POINTER, POINTER, 0, 0, 0 } },
	{ "clone()", "clone", false, false, { 17, 0, 0, 0, 0, 0 } },
	{ "kill()", "kill", false, false, { 1, 9, 0, 0, 0, 0 } },
	{ "ptrace()", "ptrace", false, false, { 16, 1, 0, 0, 0, 0 } },
	{ "memory to be executed", "mprotect", false, false,
	    { POINTER, 4096, PROT_READ | PROT_EXEC, 0, 0, 0 } },
};

/*
 * By socketcall(2) nothing is allowed: neither of all its twenty calls with
 * what the engine's stack may happen to hold, nor with arguments that are
 * those of calls which are allowed.
 */
static void
test_socketcall(const struct machine *m)
{
	static const uint64_t tails[][ARGS - 1] = {
		{ POINTER, 0, 0, 0, 0 },
		{ POINTER, 0, 0, FLAGS, 0 },
		{ POINTER, 0, FLAGS, 0, 0 },
		{ POINTER, IPPROTO_TCP, TCP_NODELAY, 0, 0 },
		{ POINTER, SOL_SOCKET, SO_LINGER, 0, 0 },
		{ POINTER, 64, MSG_NOSIGNAL, 0, 0 },
		{ IPPROTO_TCP, TCP_NODELAY, POINTER, 4, 0 },
		{ POINTER, POINTER, POINTER, POINTER, POINTER },
	};
	char what[64];

	for (uint64_t call = 1; call <= 20; call++) {
		for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
			uint64_t args[ARGS] = { call };

			memcpy(args + 1, tails[i], sizeof(tails[i]));
			snprintf(what, sizeof(what), "socketcall %u, %zu",
			    (unsigned int)call, i);
			verdict(m, what, !allows(m, m->socketcall, args));
		}
	}
}

/* A look at a file by its name, which libc may take, is answered everywhere. */
static void
test_names(const struct machine *m)
{
	static const char *const calls[] = { "open", "openat", "access",
	    "faccessat", "readlink", "readlinkat", "stat", "lstat", "stat64",
	    "lstat64", "newfstatat", "fstatat64", "statx" };
	struct seccomp_data data = { .arch = m->arch,
	    .args = { POINTER, POINTER } };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		data.nr = number(m, calls[i]);
		if (data.nr != -1)
			verdict(m, calls[i], answer(&data) ==
			    (SECCOMP_RET_ERRNO | EACCES));
	}
}

/*
 * On s390 libseccomp 2.5.1 knows two calls by socketcall(2) only; 2.5.4 knows
 * them all.
 */
static bool
is_known(const struct machine *m, const char *call)
{
	const struct scmp_version *v = seccomp_version();

	return v->major != 2 || v->minor != 5 || v->micro > 1 ||
	    (m->arch != SCMP_ARCH_S390 && m->arch != SCMP_ARCH_S390X) ||
	    (strcmp(call, "sendmmsg") != 0 && strcmp(call, "recvmmsg") != 0);
}

static void
test_machine(const struct machine *m)
{
	machine = m->arch;
	loaded = 0;
	verdict(m, "there is a filter", lockdown_seccomp(false) == 0 &&
	    loaded > 0);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		int nr = number(m, acts[i].call);

		if (acts[i].here && !m->same_socket)
			continue;
		if (!is_known(m, acts[i].call)) {
			printf("%s: this libseccomp has no %s\n", m->name,
			    acts[i].call);
			continue;
		}
		if (nr == -1)
			verdict(m, acts[i].call, false);
		else
			verdict(m, acts[i].what, allows(m, nr,
			    acts[i].args) == acts[i].allowed);
	}
	test_names(m);
	if (m->socketcall != 0)
		test_socketcall(m);
}

static void
say(int priority, const char *text, void *arg)
{
	(void)priority;
	(void)arg;
	printf("%s\n", text);
}

int
main(void)
{
	log_set_sink(say, NULL);
	/* Not what this kernel, or an emulator, knows: Linux 4.14. */
	if (seccomp_api_set(API_LEVEL) != 0)
		abort();
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		test_machine(&machines[i]);
	printf("%u passed, %u failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}
