/* Holds back frames of a login that come too early for the other side. */
/* SPDX-License-Identifier: ISC */
#include "state/login_hold.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/ppp_auth.h"

static const uint16_t protocols[LOGIN_HOLD_NCPS] = {
	PPP_CCP, PPP_IPCP, PPP_IPV6CP
};

static void
frame_drop(struct login_frame *f)
{
	free(f->data);
	memset(f, 0, sizeof(*f));
}

/* Replaces the waiting frame, if any; its wait counts from the first one. */
static bool
frame_keep(struct login_frame *f, const uint8_t *frame, size_t len,
    uint64_t now)
{
	uint8_t *copy;

	if (len == 0 || len > LOGIN_HOLD_FRAME_MAX ||
	    (copy = malloc(len)) == NULL)
		return false;
	memcpy(copy, frame, len);
	if (f->data == NULL)
		f->since = now;
	free(f->data);
	f->data = copy;
	f->len = len;
	return true;
}

/* Passes a frame on.  Empties f before, since send() may call us again. */
static uint64_t
frame_send(struct login_frame *f, uint64_t now,
    void (*send)(const uint8_t *, size_t, void *), void *arg)
{
	struct login_frame out = *f;

	memset(f, 0, sizeof(*f));
	if (out.data == NULL)
		return 0;
	send(out.data, out.len, arg);
	free(out.data);
	return now - out.since;
}

void
login_hold_init(struct login_hold *h)
{
	memset(h, 0, sizeof(*h));
	h->stage = LOGIN_ALONE;
}

void
login_hold_free(struct login_hold *h)
{
	frame_drop(&h->first);
	for (int i = 0; i < LOGIN_HOLD_NCPS; i++)
		frame_drop(&h->ncp[i].frame);
	h->stage = LOGIN_OVER;
}

void
login_hold_client_spoke(struct login_hold *h, uint64_t now,
    const struct login_hold_ops *ops, void *arg)
{
	if (h->stage != LOGIN_ALONE)
		return;
	h->stage = LOGIN_LINK;
	h->waited_first = frame_send(&h->first, now, ops->to_client, arg);
}

/* Frames of protocol i wait no longer. */
static void
ncp_open(struct login_hold *h, int i, uint64_t now,
    const struct login_hold_ops *ops, void *arg)
{
	uint64_t waited;
	bool all = true;

	h->ncp[i].open = true;
	for (int n = 0; n < LOGIN_HOLD_NCPS; n++)
		all = all && h->ncp[n].open;
	if (all)
		h->stage = LOGIN_OVER;
	waited = frame_send(&h->ncp[i].frame, now, ops->to_pppd, arg);
	if (waited > h->waited_ncp)
		h->waited_ncp = waited;
}

/*
 * pppd opens CCP first, and afterwards IPCP and IPV6CP together
 * (start_networks() and continue_networks() of its auth.c).  So once it has
 * sent a request of IPCP or IPV6CP, it has opened all that it will open.
 */
static void
pppd_asked(struct login_hold *h, uint16_t protocol, uint64_t now,
    const struct login_hold_ops *ops, void *arg)
{
	for (int i = 0; i < LOGIN_HOLD_NCPS; i++) {
		if (!h->ncp[i].open &&
		    (protocol != PPP_CCP || protocols[i] == PPP_CCP))
			ncp_open(h, i, now, ops, arg);
	}
}

static int
ncp_of(const struct ppp_head *head)
{
	for (int i = 0; head != NULL && i < LOGIN_HOLD_NCPS; i++) {
		if (protocols[i] == head->protocol)
			return i;
	}
	return -1;
}

void
login_hold_from_pppd(struct login_hold *h, const uint8_t *frame, size_t len,
    const struct ppp_head *head, uint64_t now,
    const struct login_hold_ops *ops, void *arg)
{
	if (h->stage == LOGIN_ALONE) {
		if (h->first.data == NULL &&
		    frame_keep(&h->first, frame, len, now))
			return;
		/* Hold one frame: pppd sends one and waits for an answer. */
		login_hold_client_spoke(h, now, ops, arg);
	}
	ops->to_client(frame, len, arg);
	if (h->stage == LOGIN_OVER || head == NULL)
		return;
	if (h->stage == LOGIN_LINK &&
	    ppp_auth_says(head) == PPP_AUTH_SUCCEEDED)
		h->stage = LOGIN_NETWORKS;
	if (head->code == PPP_CONFIGURE_REQUEST && ncp_of(head) != -1)
		pppd_asked(h, head->protocol, now, ops, arg);
}

void
login_hold_from_client(struct login_hold *h, const uint8_t *frame, size_t len,
    const struct ppp_head *head, uint64_t now,
    const struct login_hold_ops *ops, void *arg)
{
	int i = h->stage == LOGIN_NETWORKS ? ncp_of(head) : -1;

	if (i == -1 || h->ncp[i].open ||
	    !frame_keep(&h->ncp[i].frame, frame, len, now))
		ops->to_pppd(frame, len, arg);
}

uint64_t
login_hold_deadline(const struct login_hold *h)
{
	uint64_t at = UINT64_MAX;

	if (h->first.data != NULL)
		at = h->first.since + LOGIN_HOLD_FIRST_US;
	for (int i = 0; i < LOGIN_HOLD_NCPS; i++) {
		const struct login_frame *f = &h->ncp[i].frame;

		if (f->data != NULL && f->since + LOGIN_HOLD_NCP_US < at)
			at = f->since + LOGIN_HOLD_NCP_US;
	}
	return at;
}

void
login_hold_timer(struct login_hold *h, uint64_t now,
    const struct login_hold_ops *ops, void *arg)
{
	if (h->first.data != NULL &&
	    now >= h->first.since + LOGIN_HOLD_FIRST_US)
		login_hold_client_spoke(h, now, ops, arg);
	for (int i = 0; i < LOGIN_HOLD_NCPS; i++) {
		const struct login_frame *f = &h->ncp[i].frame;

		if (f->data != NULL && now >= f->since + LOGIN_HOLD_NCP_US)
			ncp_open(h, i, now, ops, arg);
	}
}
