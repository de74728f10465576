/* Async HDLC framing with FCS-16 on the pty: RFC 1662. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_HDLC_H
#define PPTPD_HDLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HDLC_FLAG	0x7E
#define HDLC_ESCAPE	0x7D
#define HDLC_FRAME_MAX	8196	/* longest PPP frame, as Poptop's */
/* Octets that a frame of n octets needs if every octet is escaped. */
#define HDLC_ENCODED_MAX(n)	(2 * ((n) + 2) + 2)

/* RFC 1662 C.2: start with HDLC_FCS_INIT; good residue is HDLC_FCS_GOOD. */
#define HDLC_FCS_INIT	0xFFFF
#define HDLC_FCS_GOOD	0xF0B8
uint16_t hdlc_fcs(uint16_t fcs, const uint8_t *, size_t);

/*
 * Encodes one PPP frame (no flags, no FCS in it) towards pppd: a flag, the
 * frame and its FCS with 0x7D, 0x7E and everything below 0x20 escaped
 * whatever the ACCM (point P-3), a flag.  dst has room for
 * HDLC_ENCODED_MAX(len).  Returns the octets written.
 */
size_t	hdlc_encode(uint8_t *dst, const uint8_t *frame, size_t len);

/* What became of the frames that a flag, or its absence, ended. */
struct hdlc_counts {
	uint64_t frames;	/* delivered */
	uint64_t bad_fcs, too_long, too_short, aborted;
};

/* A decoder keeps the frame that a read from the pty has begun. */
struct hdlc_decoder {
	size_t	 len;		/* octets in frame[] */
	uint16_t fcs;		/* over frame[] so far */
	bool	 escaped;	/* the last octet was 0x7D */
	bool	 skipping;	/* too long: drop up to the next flag */
	struct hdlc_counts counts;	/* since hdlc_decoder_init() */
	uint8_t	 frame[HDLC_FRAME_MAX + 2];
};

/* Gets one frame (FCS taken off); the octets are valid during the call. */
typedef void hdlc_deliver(const uint8_t *frame, size_t len, void *arg);

void	hdlc_decoder_init(struct hdlc_decoder *);
/* Whether no frame is half read, so that a fresh decoder would do as well. */
bool	hdlc_decoder_is_idle(const struct hdlc_decoder *);
/* Adds the second to the first. */
void	hdlc_counts_add(struct hdlc_counts *, const struct hdlc_counts *);
/*
 * Takes n octets from the pty and delivers each whole frame with a good FCS
 * and at least one more octet.  Every octet is un-escaped whatever the ACCM
 * (P-4); bad frames are counted and dropped (P-5, P-7).
 */
void	hdlc_decode(struct hdlc_decoder *, const uint8_t *, size_t n,
	    hdlc_deliver *, void *arg);

#endif
