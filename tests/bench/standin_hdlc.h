/* The stand-in's own async HDLC (RFC 1662): not the code under test. */
/* SPDX-License-Identifier: ISC */
#ifndef BENCH_STANDIN_HDLC_H
#define BENCH_STANDIN_HDLC_H

#include <stddef.h>
#include <stdint.h>

#include "shared.h"

#define HDLC_MAX	(2 * (FRAME_MAX + 2) + 2)	/* every octet escaped */

enum hdlc_result { HDLC_MORE, HDLC_FRAME, HDLC_BAD_FCS, HDLC_ABORTED };

struct hdlc {
	size_t	 len;
	int	 escaped, overrun;
	uint8_t	 buf[FRAME_MAX + 2];
};

/*
 * Reads from *p to end; stops after each frame.  HDLC_FRAME: h->buf holds
 * *frame_len octets (FCS not counted) until the next call.
 */
enum hdlc_result hdlc_input(struct hdlc *h, const uint8_t **p,
	    const uint8_t *end, size_t *frame_len);
/* Writes flag, frame, FCS, flag to out (HDLC_MAX octets); returns length. */
size_t		 hdlc_output(uint8_t *out, const uint8_t *frame, size_t len);

#endif
