/* What a control connection says, and what of it is not sent yet. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CTRL_OUT_H
#define PPTPD_CTRL_OUT_H

#include "state/ctrl.h"

/*
 * Queue a message, for ctrl.c.  False: the peer has left so many unread that
 * there is no room.  Codes are those of RFC 2637 2.
 */
bool		ctrl_put_sccrp(struct ctrl *, uint8_t result);
bool		ctrl_put_stop_request(struct ctrl *, uint8_t reason);
bool		ctrl_put_stop_reply(struct ctrl *);
bool		ctrl_put_echo_request(struct ctrl *, uint32_t id);
bool		ctrl_put_echo_reply(struct ctrl *, uint32_t id);
/* The answer to the OCRQ with call_id peer_id; ours is 0 unless connected. */
bool		ctrl_put_ocrp(struct ctrl *, uint16_t peer_id, uint8_t result,
		    uint8_t error);
bool		ctrl_put_icrp(struct ctrl *, uint16_t peer_id, uint8_t result);
bool		ctrl_put_cdn(struct ctrl *, uint8_t result, uint8_t error);

/*
 * Points *data at the octets of the first message that are not sent yet, and
 * returns their number; 0: there are none.  The caller writes one message at a
 * time, because NAT helpers look at the start of a segment only (point F-12).
 */
size_t		ctrl_out_next(const struct ctrl *, const uint8_t **data);
/* n octets of that message were sent. */
void		ctrl_out_sent(struct ctrl *, size_t n);

/* Whether out[] holds whole messages, behind the rest of the first. */
bool		ctrl_out_is_sane(const struct ctrl *);
/*
 * For the keeper, when its engine is gone: encodes the nth message, from 0, of
 * those that end the connection (CDN, StopCCRQ).  Returns its length, 0: there
 * are no more.
 */
size_t		ctrl_goodbye(int nth, uint16_t our_id, enum ctrl_end,
		    uint8_t buf[PPTP_MSG_MAX]);

#endif
