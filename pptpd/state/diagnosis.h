/* Why a call gets nowhere, from what the engine sees of its login. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DIAGNOSIS_H
#define PPTPD_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/ppp_frame.h"

/*
 * Processes of two versions exchange these numbers, in records and in the
 * history: none changes its meaning, and new ones come at the end.
 */
enum diagnosis_verdict {
	DIAGNOSIS_NONE,		/* all is well, or it is not known yet */
	DIAGNOSIS_NO_GRE,	/* nothing comes from the client */
	DIAGNOSIS_UNKNOWN_ID,	/* it comes with a Call ID that is none */
	DIAGNOSIS_OTHER_ADDRESS,	/* it comes from elsewhere */
	DIAGNOSIS_NOT_HEARD,	/* ours does not get to the client */
	DIAGNOSIS_LCP_SILENT,	/* it gets there, and LCP is not answered */
	DIAGNOSIS_AUTH_REFUSED,	/* by pppd */
	DIAGNOSIS_AUTH_KIND,	/* the client refuses each that pppd allows */
	DIAGNOSIS_AUTH_SILENT,	/* the client does not answer pppd */
	DIAGNOSIS_AUTH_UNDECIDED, /* pppd does not answer the client */
	DIAGNOSIS_MPPE_CLIENT,	/* the client refuses encryption */
	DIAGNOSIS_MPPE_SERVER,	/* pppd does */
	DIAGNOSIS_LARGE_LOST,	/* of a call that is up: large_path.h */
	DIAGNOSIS_COUNT
};

#define DIAGNOSIS_US	8000000		/* a silence of so many us is one */
#define DIAGNOSIS_END_US 4000000	/* for a call that ends before */
#define DIAGNOSIS_AGAIN_US 4000000	/* between looks after that */
#define DIAGNOSIS_TEXT	200		/* octets, NUL included */

/* Zeroed memory is a call that is not watched. */
struct diagnosis {
	uint64_t begin;		/* us; 0: not watched */
	uint64_t since;		/* us, the last thing that was new */
	uint64_t look_at;	/* us */
	uint32_t stranger;	/* who sends packets of this call instead of
				   the client, network order; 0: nobody */
	uint16_t stray;		/* Call ID of packets from the client's address
				   that belong to no call */
	bool	 strayed;
	bool	 heard;		/* the client's packets come */
	bool	 acked;		/* the client acknowledges ours */
	bool	 asked;		/* pppd has sent an LCP Configure-Request */
	bool	 requested, accepted;	/* the client has; pppd agrees to it */
	bool	 answered;	/* the client has answered it */
	bool	 kind_refused;	/* ... and refused pppd's authentication */
	bool	 lcp_up;
	bool	 challenged;	/* pppd wants the client to authenticate */
	bool	 responded;	/* and it has tried */
	bool	 admitted, rejected;	/* pppd's verdict */
	bool	 mppe_asked;	/* pppd has sent a CCP Configure-Request */
	bool	 mppe_refused;	/* pppd refuses the client's */
	bool	 mppe_up;
	bool	 closing;	/* one of them ends PPP */
	bool	 up;		/* both have agreed on IP */
	uint16_t large;		/* octets of the smallest packet lost */
	uint8_t	 ccp_acks, ip_acks;	/* bit 0: pppd's, bit 1: the client's */
	enum diagnosis_verdict said;
};

/* The call is up; times are us of a monotonic clock. */
void	diagnosis_begin(struct diagnosis *, uint64_t now);
/* Whether there is still something to find out. */
bool	diagnosis_watched(const struct diagnosis *);
/* A packet of the call from the client; acks: it acknowledges one of ours. */
void	diagnosis_packet(struct diagnosis *, bool acks, uint64_t now);
/* A packet of the call from another address, in network order. */
void	diagnosis_stranger(struct diagnosis *, uint32_t addr);
/* A packet from the client's address with a Call ID that no call has. */
void	diagnosis_stray(struct diagnosis *, uint16_t id);
/* A frame, with its head. */
void	diagnosis_frame(struct diagnosis *, bool from_pppd,
	    const struct ppp_head *, const uint8_t *frame, size_t len,
	    uint64_t now);
/* When diagnosis_look() is to be called; UINT64_MAX: never. */
uint64_t diagnosis_deadline(const struct diagnosis *);
/*
 * Whether the verdict has changed since the last call of this function, or of
 * diagnosis_begin(); it is in `said` then.  over: the call ends.
 */
bool	diagnosis_look(struct diagnosis *, uint64_t now, bool over);
/*
 * What a call that is up says by its traffic: packets of `large` octets, or more,
 * do not get through, or they do again.  True if that is new.
 */
bool	diagnosis_large(struct diagnosis *, bool lost, uint16_t large);
/* The address, the Call ID or the number that belongs to the verdict, for the text. */
uint32_t diagnosis_detail(const struct diagnosis *);

/* In one word, which never changes; "unknown" for one of another version. */
const char *diagnosis_word(enum diagnosis_verdict);
/* In words.  client: in network order. */
void	diagnosis_text(enum diagnosis_verdict, uint32_t client,
	    uint32_t detail, char text[DIAGNOSIS_TEXT]);

#endif
