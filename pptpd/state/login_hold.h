/* Holds back frames of a login that come too early for the other side. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOGIN_HOLD_H
#define PPTPD_LOGIN_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/ppp_frame.h"

/*
 * Two sorts of frames are too early for their receiver and cost seconds.
 *
 * pppd's first Configure-Request leaves within milliseconds of OCRP.  Windows
 * does not hear it before it has sent its Set-Link-Info, and pppd repeats it
 * after 3 s.
 *
 * Windows sends its requests for CCP, IPCP and IPV6CP together, as soon as
 * CHAP has succeeded.  pppd with require-mppe opens IPCP only when CCP is up;
 * until then its automaton (fsm.c of pppd) answers with Terminate-Ack.
 * Windows asks again after 2 s, MikroTik hangs up.
 *
 * So pppd's first frame waits until the client has spoken.  Of the client's
 * requests the newest of each protocol waits until pppd has sent its own
 * request of that protocol.  No frame is changed or invented: both ends see a
 * slower network.
 * Times are microseconds of a monotonic clock; the caller passes "now".
 */
#define LOGIN_HOLD_FIRST_US	300000	/* longest wait for the client */
#define LOGIN_HOLD_NCP_US	1000000	/* longest wait for pppd's request */
#define LOGIN_HOLD_FRAME_MAX	1532	/* octets; larger frames do not wait */
#define LOGIN_HOLD_NCPS		3

enum login_stage {
	LOGIN_ALONE,		/* the client has not spoken */
	LOGIN_LINK,		/* LCP, authentication */
	LOGIN_NETWORKS,		/* authenticated; pppd opens its protocols */
	LOGIN_OVER		/* nothing waits from now on */
};

struct login_frame {
	uint8_t		*data;	/* owned; NULL: none */
	size_t		 len;
	uint64_t	 since;	/* us, the protocol's first frame came */
};

struct login_hold {
	enum login_stage stage;
	struct login_frame first;	/* for the client */
	struct login_ncp {
		struct login_frame frame;	/* for pppd */
		bool	 open;	/* pppd has asked, or did not in time */
	} ncp[LOGIN_HOLD_NCPS];
	uint64_t waited_first;	/* us that `first` has waited */
	uint64_t waited_ncp;	/* us, the longest wait of the others */
};

/* Functions that get the frames to pass on; these are valid during the call. */
struct login_hold_ops {
	void	(*to_client)(const uint8_t *frame, size_t len, void *arg);
	void	(*to_pppd)(const uint8_t *frame, size_t len, void *arg);
};

/* A call has begun. */
void	login_hold_init(struct login_hold *);
/* Frees the frames that wait; from now on none waits. */
void	login_hold_free(struct login_hold *);

/*
 * Takes each frame, both ways, and passes it to ops.  A frame that has to wait
 * is passed later, or replaced by a newer one.  Without memory for a copy it
 * does not wait.  head is that of the frame, NULL if it has none.
 */
void	login_hold_from_pppd(struct login_hold *, const uint8_t *frame,
	    size_t len, const struct ppp_head *head, uint64_t now,
	    const struct login_hold_ops *, void *arg);
void	login_hold_from_client(struct login_hold *, const uint8_t *frame,
	    size_t len, const struct ppp_head *head, uint64_t now,
	    const struct login_hold_ops *, void *arg);
/* The client has sent a Set-Link-Info, or any GRE packet. */
void	login_hold_client_spoke(struct login_hold *, uint64_t now,
	    const struct login_hold_ops *, void *arg);

/* When login_hold_timer() is due, in us; UINT64_MAX: never. */
uint64_t login_hold_deadline(const struct login_hold *);
void	login_hold_timer(struct login_hold *, uint64_t now,
	    const struct login_hold_ops *, void *arg);

#endif
