/* Networks of clients whose GRE never gets through. */
/* SPDX-License-Identifier: ISC */
#include "state/vain_networks.h"

#include <string.h>

#define FUTURE_S	3600	/* that a clock may have been set back by */

/* The network of an address, both in network order. */
static uint32_t
network_of(uint32_t client)
{
	uint8_t octets[4];

	memcpy(octets, &client, sizeof(octets));
	octets[3] = 0;
	memcpy(&client, octets, sizeof(client));
	return client;
}

static bool
is_vain(enum diagnosis_verdict verdict)
{
	switch (verdict) {
	case DIAGNOSIS_NO_GRE:
	case DIAGNOSIS_UNKNOWN_ID:
	case DIAGNOSIS_OTHER_ADDRESS:
	case DIAGNOSIS_NOT_HEARD:
		return true;
	default:
		return false;
	}
}

/* Whether packets have come and gone. */
static bool
got_through(enum diagnosis_verdict verdict, bool through)
{
	return through || (!is_vain(verdict) && verdict != DIAGNOSIS_NONE);
}

void
vain_networks_use(struct vain_networks *v)
{
	for (size_t i = 0; i < VAIN_NETWORKS; i++) {
		struct vain_network *n = &v->entry[i];

		if (n->net != network_of(n->net) || n->calls == 0 ||
		    !is_vain((enum diagnosis_verdict)n->verdict) ||
		    n->first_s > n->last_s || n->last_s > INT64_MAX)
			memset(n, 0, sizeof(*n));
	}
}

/* The entry of this network, or the one that it may have. */
static struct vain_network *
place(struct vain_networks *v, uint32_t net)
{
	struct vain_network *oldest = &v->entry[0];

	for (size_t i = 0; i < VAIN_NETWORKS; i++) {
		struct vain_network *n = &v->entry[i];

		if (n->net == net)
			return n;
		if (n->net == 0 ? oldest->net != 0 :
		    oldest->net != 0 && n->last_s < oldest->last_s)
			oldest = n;
	}
	return oldest;
}

/*
 * Times of a clock that was far ahead, or of an engine that a peer had taken
 * over, are worth nothing; such an entry would never be the oldest.
 */
static void
forget_the_future(struct vain_networks *v, uint64_t now_s)
{
	for (size_t i = 0; i < VAIN_NETWORKS; i++) {
		struct vain_network *n = &v->entry[i];

		if (n->last_s > now_s && n->last_s - now_s > FUTURE_S)
			memset(n, 0, sizeof(*n));
	}
}

void
vain_networks_ended(struct vain_networks *v, uint32_t client,
    enum diagnosis_verdict verdict, bool through, uint64_t now_s)
{
	uint32_t net = network_of(client);
	struct vain_network *n;

	if (net == 0)
		return;
	forget_the_future(v, now_s);
	n = place(v, net);
	if (got_through(verdict, through)) {
		if (n->net == net)
			memset(n, 0, sizeof(*n));
		return;
	}
	if (!is_vain(verdict))
		return;
	if (n->net != net)
		*n = (struct vain_network){ .net = net, .first_s = now_s };
	if (n->calls < UINT32_MAX)
		n->calls++;
	n->verdict = (uint32_t)verdict;
	if (now_s >= n->first_s)	/* the clock may have been set back */
		n->last_s = now_s;
	else
		n->first_s = n->last_s = now_s;
}

/* Whether a comes before b in the list. */
static bool
is_before(uint64_t a_s, uint32_t a, uint64_t b_s, uint32_t b)
{
	return a_s != b_s ? a_s > b_s : a > b;
}

const struct vain_network *
vain_networks_next(const struct vain_networks *v, uint64_t *last_s,
    uint32_t *net)
{
	const struct vain_network *found = NULL;

	for (size_t i = 0; i < VAIN_NETWORKS; i++) {
		const struct vain_network *n = &v->entry[i];

		if (n->net == 0 || (*net != 0 &&
		    !is_before(*last_s, *net, n->last_s, n->net)))
			continue;
		if (found == NULL || is_before(n->last_s, n->net,
		    found->last_s, found->net))
			found = n;
	}
	if (found != NULL) {
		*last_s = found->last_s;
		*net = found->net;
	}
	return found;
}
