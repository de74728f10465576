/* When each step of a login was done, for the log. */
/* SPDX-License-Identifier: ISC */
#include "state/login_steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/ppp_auth.h"

#define BOTH	3	/* of acks: pppd's and the client's */

static const char *const names[LOGIN_STEPS] = {
	"pppd", "client", "LCP", "authentication", "CCP", "IP"
};

void
login_steps_begin(struct login_steps *s, uint64_t now)
{
	memset(s, 0, sizeof(*s));
	s->begin = now;
}

static void
done(struct login_steps *s, enum login_step step, uint64_t now)
{
	if (s->at[step] == 0)
		s->at[step] = now;
}

bool
login_steps_watched(const struct login_steps *s)
{
	return s->begin != 0 && s->at[LOGIN_STEP_IP] == 0;
}

void
login_steps_client_spoke(struct login_steps *s, uint64_t now)
{
	done(s, LOGIN_STEP_CLIENT, now);
}

static void
agreed(struct login_steps *s, enum login_step step, bool from_pppd,
    uint64_t now)
{
	s->acks[step] |= from_pppd ? 1 : 2;
	if (s->acks[step] == BOTH)
		done(s, step, now);
}

static void
verdict(struct login_steps *s, enum ppp_auth says, uint64_t now)
{
	if (says == PPP_AUTH_SUCCEEDED)
		done(s, LOGIN_STEP_AUTH, now);
	else if (says == PPP_AUTH_FAILED && s->refused_at == 0)
		s->refused_at = now;
}

bool
login_steps_frame(struct login_steps *s, bool from_pppd,
    const struct ppp_head *head, uint64_t now)
{
	if (!login_steps_watched(s))
		return false;
	if (from_pppd) {
		done(s, LOGIN_STEP_PPPD, now);
		if (head->protocol != PPP_LCP)
			done(s, LOGIN_STEP_LCP, now);
		verdict(s, ppp_auth_says(head), now);
	} else if (head->protocol == PPP_PAP)
		done(s, LOGIN_STEP_LCP, now);	/* its request comes first */
	if (head->code != PPP_CONFIGURE_ACK)
		return false;
	if (head->protocol == PPP_CCP)
		agreed(s, LOGIN_STEP_CCP, from_pppd, now);
	else if (head->protocol == PPP_IPCP)
		agreed(s, LOGIN_STEP_IP, from_pppd, now);
	return s->at[LOGIN_STEP_IP] != 0;
}

void
login_steps_text(const struct login_steps *s, char text[LOGIN_STEPS_TEXT])
{
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < LOGIN_STEPS && len < LOGIN_STEPS_TEXT; i++) {
		if (s->at[i] == 0)
			continue;
		len += (size_t)snprintf(text + len, LOGIN_STEPS_TEXT - len,
		    "%s%s %" PRIu64, len > 0 ? ", " : "", names[i],
		    (s->at[i] - s->begin) / 1000);
	}
}
