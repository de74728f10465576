/* Packet filters for the raw GRE socket, and the map of the kernel's calls. */
/* SPDX-License-Identifier: ISC */
#include "shared/gre_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "protocol/pptp_gre.h"

#define IDS	(UINT16_MAX + 1)

/* A map entry, one for each Call ID.  The program loads host order. */
struct entry {
	uint32_t client;	/* 0: the kernel does not carry it */
	uint32_t unused;
	uint64_t packets;
};

/* Locks the filter: nobody can remove it. */
static int
lock(int sock)
{
	int on = 1;

	return setsockopt(sock, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on));
}

/*
 * A raw socket delivers the IP header too, so the filter skips it.  A single
 * engine needs no test of the Call ID.
 */
int
gre_filter_attach(int sock, unsigned int index, unsigned int count)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),	/* X = IP header */
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),	/* protocol type */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PPTP_GRE_PROTO, 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 1),	/* flags, version */
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 7),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, count == 1 ? 4 : 0,
		    3),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 6),	/* Call ID */
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, count),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, index, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	if (setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == -1)
		return -1;
	return lock(sock);
}

/* --- with a map ---------------------------------------------------------- */

static int
bpf(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static uint64_t
pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

/* Before Linux 5.11 a map counts as locked memory. */
int
gre_filter_map(void)
{
	struct rlimit was, none = { RLIM_INFINITY, RLIM_INFINITY };
	union bpf_attr attr;
	int fd, error, known = getrlimit(RLIMIT_MEMLOCK, &was);

	(void)setrlimit(RLIMIT_MEMLOCK, &none);
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = sizeof(struct entry);
	attr.max_entries = IDS;
	fd = bpf(BPF_MAP_CREATE, &attr);	/* close-on-exec */
	error = errno;
	if (known == 0)
		(void)setrlimit(RLIMIT_MEMLOCK, &was);
	errno = error;
	return fd;
}

#define OP(code, dst, src, off, imm) { code, dst, src, off, imm }
#define MOVE(dst, src)	OP(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define MOVE_K(dst, k)	OP(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, k)
#define ADD(dst, src)	OP(BPF_ALU64 | BPF_ADD | BPF_X, dst, src, 0, 0)
#define ALU_K(op, dst, k) OP(BPF_ALU64 | (op) | BPF_K, dst, 0, 0, k)
/* Loads to R0, in host order; a load past the end drops the packet. */
#define LOAD_ABS(size, at) OP(BPF_LD | BPF_ABS | (size), 0, 0, 0, at)
#define LOAD_IND(size, base, at) OP(BPF_LD | BPF_IND | (size), 0, base, 0, at)
#define LOAD_WORD(dst, base, off) \
	OP(BPF_LDX | BPF_MEM | BPF_W, dst, base, off, 0)
/* To a label; place_jumps() makes it a distance. */
#define JUMP_K(op, dst, k, to)	OP(BPF_JMP | (op) | BPF_K, dst, 0, to, k)
#define JUMP(op, dst, src, to)	OP(BPF_JMP | (op) | BPF_X, dst, src, to, 0)

#define SOURCE	12		/* offset of the address in the IP header */
#define S_BIT	0x10		/* GRE, first octet: sequence number present */
#define A_BIT	0x80		/* GRE, second octet: acknowledgement present */
#define UI	0xFF03		/* address and control of PPP */
#define LINK	0xC0		/* link control, authentication */

/*
 * The program counts as the kernel counts on the call's interface: all packets
 * but those of link control and authentication.  R7 is the offset of the GRE
 * header, R8 the second octet of that header, R9 the call's entry.
 */
enum label { PROTOCOL, COUNT, DROP, PASS, LABELS };

struct program {
	struct bpf_insn	code[64];
	size_t		n;
	size_t		at[LABELS];	/* where each label stands */
};

static void
add(struct program *p, const struct bpf_insn *code, size_t n)
{
	memcpy(p->code + p->n, code, n * sizeof(*code));
	p->n += n;
}

#define ADD_CODE(p, ...) do {						\
	const struct bpf_insn code_[] = { __VA_ARGS__ };		\
									\
	add(p, code_, sizeof(code_) / sizeof(code_[0]));		\
} while (0)

/* Drops what is no packet of enhanced GRE, or is for another engine. */
static void
read_call_id(struct program *p, int index, int count)
{
	ADD_CODE(p,
	    MOVE(BPF_REG_6, BPF_REG_1),		/* where LD_ABS wants it */
	    LOAD_ABS(BPF_B, 0),
	    ALU_K(BPF_AND, BPF_REG_0, 15),
	    ALU_K(BPF_LSH, BPF_REG_0, 2),
	    MOVE(BPF_REG_7, BPF_REG_0),
	    LOAD_IND(BPF_H, BPF_REG_7, 2),
	    JUMP_K(BPF_JNE, BPF_REG_0, PPTP_GRE_PROTO, DROP),
	    LOAD_IND(BPF_B, BPF_REG_7, 1),
	    MOVE(BPF_REG_8, BPF_REG_0),
	    ALU_K(BPF_AND, BPF_REG_0, 7),
	    JUMP_K(BPF_JNE, BPF_REG_0, 1, DROP),
	    LOAD_IND(BPF_H, BPF_REG_7, 6),	/* Call ID */
	    MOVE(BPF_REG_1, BPF_REG_0),
	    ALU_K(BPF_MOD, BPF_REG_1, count),
	    JUMP_K(BPF_JNE, BPF_REG_1, index, DROP));
}

/* Passes what is of no call that the kernel carries. */
static void
find_entry(struct program *p, int map)
{
	ADD_CODE(p,
	    OP(BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_0, -4, 0),
	    MOVE(BPF_REG_2, BPF_REG_10),
	    ALU_K(BPF_ADD, BPF_REG_2, -4),
	    OP(BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0,
		map),
	    OP(0, 0, 0, 0, 0),			/* its second half */
	    OP(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
	    JUMP_K(BPF_JEQ, BPF_REG_0, 0, PASS),
	    MOVE(BPF_REG_9, BPF_REG_0),
	    LOAD_WORD(BPF_REG_1, BPF_REG_9, 0),
	    JUMP_K(BPF_JEQ, BPF_REG_1, 0, PASS));
}

/* Drops what is from a stranger, or has no sequence number. */
static void
check_sender(struct program *p)
{
	ADD_CODE(p,
	    LOAD_ABS(BPF_W, SOURCE),
	    LOAD_WORD(BPF_REG_1, BPF_REG_9, 0),
	    JUMP(BPF_JNE, BPF_REG_0, BPF_REG_1, DROP),
	    LOAD_IND(BPF_B, BPF_REG_7, 0),
	    ALU_K(BPF_AND, BPF_REG_0, S_BIT),
	    JUMP_K(BPF_JEQ, BPF_REG_0, 0, DROP));
}

/* Drops link control and authentication; a protocol may be of one octet. */
static void
read_protocol(struct program *p)
{
	ADD_CODE(p,
	    ALU_K(BPF_AND, BPF_REG_8, A_BIT),
	    ALU_K(BPF_RSH, BPF_REG_8, 5),	/* 4 octets or 0 */
	    ADD(BPF_REG_7, BPF_REG_8),
	    LOAD_IND(BPF_H, BPF_REG_7, 12),
	    JUMP_K(BPF_JNE, BPF_REG_0, UI, PROTOCOL),
	    LOAD_IND(BPF_H, BPF_REG_7, 14));
	p->at[PROTOCOL] = p->n;
	ADD_CODE(p,
	    ALU_K(BPF_RSH, BPF_REG_0, 8),
	    MOVE(BPF_REG_1, BPF_REG_0),
	    ALU_K(BPF_AND, BPF_REG_1, 1),
	    JUMP_K(BPF_JNE, BPF_REG_1, 0, COUNT),
	    JUMP_K(BPF_JGE, BPF_REG_0, LINK, DROP));
}

static void
end_program(struct program *p)
{
	p->at[COUNT] = p->n;
	ADD_CODE(p,
	    MOVE_K(BPF_REG_1, 1),
	    OP(BPF_STX | BPF_XADD | BPF_DW, BPF_REG_9, BPF_REG_1,
		offsetof(struct entry, packets), 0));
	p->at[DROP] = p->n;
	ADD_CODE(p,
	    MOVE_K(BPF_REG_0, 0),
	    OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
	p->at[PASS] = p->n;
	ADD_CODE(p,
	    OP(BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, -1),
	    OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

/* Jumps are relative to the instruction behind them. */
static void
place_jumps(struct program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct bpf_insn *insn = &p->code[i];

		if (BPF_CLASS(insn->code) == BPF_JMP &&
		    BPF_OP(insn->code) != BPF_CALL &&
		    BPF_OP(insn->code) != BPF_EXIT)
			insn->off = (int16_t)(p->at[insn->off] - i - 1);
	}
}

static int
load_program(int map, int index, int count)
{
	struct program p = { .n = 0 };
	union bpf_attr attr;

	read_call_id(&p, index, count);
	find_entry(&p, map);
	check_sender(&p);
	read_protocol(&p);
	end_program(&p);
	place_jumps(&p);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = pointer(p.code);
	attr.insn_cnt = (uint32_t)p.n;
	attr.license = pointer("ISC");
	return bpf(BPF_PROG_LOAD, &attr);
}

int
gre_filter_attach_map(int sock, int map, unsigned int index,
    unsigned int count)
{
	int prog = load_program(map, (int)index, (int)count), error;

	if (prog != -1 && setsockopt(sock, SOL_SOCKET, SO_ATTACH_BPF, &prog,
	    sizeof(prog)) == 0 && lock(sock) == 0) {
		close(prog);
		return 0;
	}
	error = errno;
	if (prog != -1)
		close(prog);
	errno = error;
	return -1;
}

int
gre_filter_set(int map, uint16_t id, uint32_t client)
{
	struct entry entry = { .client = ntohl(client) };
	uint32_t key = id;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)map;
	attr.key = pointer(&key);
	attr.value = pointer(&entry);
	return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

int
gre_filter_count(int map, uint16_t id, uint64_t *packets)
{
	struct entry entry = { 0 };
	uint32_t key = id;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)map;
	attr.key = pointer(&key);
	attr.value = pointer(&entry);
	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr) == -1)
		return -1;
	*packets = entry.packets;
	return 0;
}
