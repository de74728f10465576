/* What driver, load client and stand-in share: control file, frames, time. */
/* SPDX-License-Identifier: ISC */
#ifndef BENCH_SHARED_H
#define BENCH_SHARED_H

#include <stddef.h>
#include <stdint.h>

/*
 * The control file lies beside the options file that the server hands to pppd
 * ("file F" in its arguments): F.ctl.  The driver creates it, everybody maps
 * it.  lab.py knows the layout of struct shared and struct slot.
 */
#define SHARED_SUFFIX	".ctl"
#define SHARED_MAGIC	0x70707462U
#define SLOTS		65536		/* stand-ins in one run of a server */
#define HISTS		64		/* latencies, by call modulo HISTS */
#define HIST_SUB	32		/* buckets per power of two */
#define HIST_BUCKETS	2048
#define POOL_LEN	65536		/* random octets that frames quote */
#define FRAME_MAX	1600

enum slot_state { SLOT_FREE, SLOT_RUNNING, SLOT_ENDED };

/* One stand-in: its account of itself, and what its call shall do. */
struct slot {
	int32_t	 pid;			/* as the driver sees it */
	uint32_t state;			/* enum slot_state */
	uint64_t cpu_start, cpu_end;	/* ns of CPU at its first and last */
	uint64_t frames, octets;	/* received whole and right */
	uint64_t sent;			/* by the last source command */
	uint32_t call;			/* of the first frame */
	uint32_t next;			/* frame number expected */
	uint32_t missing;		/* numbers jumped over */
	uint32_t late;			/* duplicates, or out of order */
	uint32_t bad_fcs, bad_data;	/* damaged on the pty, before it */
	uint32_t foreign;		/* frames of another call */
	uint32_t aborted;		/* frames too long, or cut short */
	uint32_t source_begun, source_done;	/* id of the command */
	/* Written by the load client before it sends OP_SOURCE. */
	uint32_t source_id, source_size, source_rate, source_ms;
	uint32_t pad[6];
};

_Static_assert(sizeof(struct slot) == 128, "server.py counts on it");

struct hist {
	uint32_t n[HIST_BUCKETS];
};

struct shared {
	uint32_t magic;
	uint32_t next_slot;		/* taken atomically */
	uint32_t pad[1022];
	struct slot slots[SLOTS];
	struct hist hists[HISTS];	/* up: send to arrival, ns */
	uint8_t	 pool[POOL_LEN + FRAME_MAX];
};

/*
 * A frame is a PPP frame: FF 03, protocol 0021, then our header, then octets
 * of the pool that its number and its call choose, so that whoever has the
 * pool can compare every octet.
 */
#define FRAME_OP	4
#define FRAME_LEN	6
#define FRAME_CALL	8
#define FRAME_NUMBER	12
#define FRAME_TIME	16		/* CLOCK_MONOTONIC, ns */
#define FRAME_HASH	24
#define FRAME_DATA	28
#define FRAME_MIN	FRAME_DATA

enum frame_op {
	OP_HELLO,	/* stand-in to client, call = its slot: pppd is up */
	OP_DATA,	/* count it */
	OP_ECHO,	/* count it and send it back */
	OP_SOURCE	/* do what the slot's source_* fields say */
};

struct frame {
	uint64_t time;
	uint32_t call, number;
	uint16_t len;
	uint8_t	 op;
};

static inline uint32_t
frame_hash(const struct frame *f)
{
	uint64_t x;

	x = f->time * 0x9E3779B97F4A7C15U;
	x ^= ((uint64_t)f->call << 32 | f->number) * 0xC2B2AE3D27D4EB4FU;
	x ^= ((uint64_t)f->op << 16 | f->len) * 0x165667B19E3779F9U;
	return (uint32_t)(x >> 32 ^ x);
}

static inline const uint8_t *
frame_data(const struct shared *sh, const struct frame *f)
{
	uint32_t x;

	x = f->call * 0x9E3779B1U + f->number * 0x85EBCA6BU;
	return sh->pool + (x >> 16) % POOL_LEN;
}

/* Writes f->len octets, FRAME_MIN to FRAME_MAX. */
static inline void
frame_build(const struct shared *sh, uint8_t *buf, const struct frame *f)
{
	static const uint8_t ppp[4] = { 0xFF, 0x03, 0x00, 0x21 };
	uint32_t hash = frame_hash(f);

	__builtin_memcpy(buf, ppp, sizeof ppp);
	buf[FRAME_OP] = f->op;
	buf[FRAME_OP + 1] = 0;
	__builtin_memcpy(buf + FRAME_LEN, &f->len, 2);
	__builtin_memcpy(buf + FRAME_CALL, &f->call, 4);
	__builtin_memcpy(buf + FRAME_NUMBER, &f->number, 4);
	__builtin_memcpy(buf + FRAME_TIME, &f->time, 8);
	__builtin_memcpy(buf + FRAME_HASH, &hash, 4);
	__builtin_memcpy(buf + FRAME_DATA, frame_data(sh, f),
	    f->len - FRAME_DATA);
}

static inline int
octets_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint64_t x, y, diff = 0;

	for (; len >= 8; a += 8, b += 8, len -= 8) {
		__builtin_memcpy(&x, a, 8);
		__builtin_memcpy(&y, b, 8);
		diff |= x ^ y;
	}
	for (; len > 0; a++, b++, len--)
		diff |= *a ^ *b;
	return diff == 0;
}

/* Reads a frame; 0 if any of its octets is not what was sent. */
static inline int
frame_check(const struct shared *sh, const uint8_t *buf, size_t len,
    struct frame *f)
{
	uint32_t hash;

	if (len < FRAME_MIN || len > FRAME_MAX || buf[0] != 0xFF ||
	    buf[1] != 0x03 || buf[2] != 0x00 || buf[3] != 0x21)
		return 0;
	f->op = buf[FRAME_OP];
	__builtin_memcpy(&f->len, buf + FRAME_LEN, 2);
	__builtin_memcpy(&f->call, buf + FRAME_CALL, 4);
	__builtin_memcpy(&f->number, buf + FRAME_NUMBER, 4);
	__builtin_memcpy(&f->time, buf + FRAME_TIME, 8);
	__builtin_memcpy(&hash, buf + FRAME_HASH, 4);
	return f->len == len && hash == frame_hash(f) &&
	    octets_equal(buf + FRAME_DATA, frame_data(sh, f),
	    len - FRAME_DATA);
}

/* Counts ns in buckets about 3 % wide. */
static inline void
hist_add(struct hist *h, uint64_t ns)
{
	unsigned int e;

	if (ns < HIST_SUB) {
		h->n[ns]++;
		return;
	}
	e = 63 - (unsigned int)__builtin_clzll(ns);
	h->n[(e - 4) * HIST_SUB + ((ns >> (e - 5)) & (HIST_SUB - 1))]++;
}

#endif
