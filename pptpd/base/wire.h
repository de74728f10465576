/* Bounded big-endian reader and writer with a sticky error. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WIRE_H
#define PPTPD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A reader walks over octets that its caller owns.  A getter that would pass
 * the end returns 0, does not move, and sets `bad`, which stays set: the caller
 * tests it once, after the last getter.
 */
struct wire_reader {
	const uint8_t	*p;	/* next octet */
	size_t		 left;	/* octets from p to the end */
	bool		 bad;	/* a getter ran past the end */
};

void		wire_reader_init(struct wire_reader *, const void *, size_t);
uint8_t		wire_get_u8(struct wire_reader *);
uint16_t	wire_get_u16(struct wire_reader *);
uint32_t	wire_get_u32(struct wire_reader *);
uint64_t	wire_get_u64(struct wire_reader *);
/* An IPv4 address, which stays in network order. */
uint32_t	wire_get_addr(struct wire_reader *);
/* Copies n octets to dst; on error dst is filled with zeros. */
void		wire_get_bytes(struct wire_reader *, void *dst, size_t n);
void		wire_skip(struct wire_reader *, size_t n);

/*
 * A writer fills a buffer that its caller owns.  It zeroes the buffer first, so
 * that the octets left out are zero and no old memory is ever sent.  A value
 * that does not fit is not written, and sets `bad`.
 */
struct wire_writer {
	uint8_t	*p;		/* start of the buffer */
	size_t	 size;		/* of the buffer */
	size_t	 len;		/* octets written so far */
	bool	 bad;		/* a putter found no room */
};

void	wire_writer_init(struct wire_writer *, void *, size_t);
void	wire_put_u8(struct wire_writer *, uint8_t);
void	wire_put_u16(struct wire_writer *, uint16_t);
void	wire_put_u32(struct wire_writer *, uint32_t);
void	wire_put_u64(struct wire_writer *, uint64_t);
/* An IPv4 address in network order. */
void	wire_put_addr(struct wire_writer *, uint32_t addr);
void	wire_put_bytes(struct wire_writer *, const void *, size_t n);
/* Leaves n octets zero. */
void	wire_put_zero(struct wire_writer *, size_t n);

/* Whether a bool that another process has written is 0 or 1. */
bool	wire_is_bool(const bool *);

#endif
