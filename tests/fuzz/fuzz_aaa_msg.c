/* Fuzz target: what pptpd-aaa.so and pptpd-aaa tell each other, and back. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "protocol/aaa_msg.h"

static void
check_class(const struct aaa_class *c)
{
	size_t at = 0, len, n = 0;

	while (aaa_class_next(c, &at, &len) != NULL)
		n += 1 + len;
	MUST(n == c->len);
}

static void
check(const struct aaa_msg *m)
{
	switch (m->type) {
	case AAA_LOGIN:
		MUST(strlen(m->u.login.call.name.text) ==
		    m->u.login.call.name.len);
		MUST(m->u.login.challenge.len <= AAA_SECRET_MAX);
		MUST(m->u.login.response.len <= AAA_SECRET_MAX);
		return;
	case AAA_REPLY:
		MUST(strlen(m->u.reply.message.text) ==
		    m->u.reply.message.len);
		check_class(&m->u.reply.class);
		MUST(rate_limits_sane(&m->u.reply.limits));
		MUST(m->u.reply.nroutes <= AAA_ROUTES_MAX);
		MUST(m->u.reply.nprefixes <= AAA_PREFIXES_MAX);
		return;
	case AAA_ACCT:
		MUST(memchr(m->u.acct.ifname, '\0', AAA_IFNAME_LEN) != NULL);
		check_class(&m->u.acct.class);
		return;
	case AAA_ORDER:
		MUST(m->u.order.end == (m->u.order.changes == 0));
		check_class(&m->u.order.class);
		return;
	case AAA_LOOK:
		MUST(m->u.look < AAA_SERVERS_MAX);
		return;
	case AAA_STATE:
		MUST(m->u.state.nservers <= AAA_SERVERS_MAX);
		MUST(m->u.state.stored <= m->u.state.waiting);
		MUST(strnlen(m->u.state.server.address, AAA_ADDRESS_LEN) <
		    AAA_ADDRESS_LEN);
		return;
	case AAA_TAKEN:
	case AAA_DONE:
		return;
	case AAA_TYPES:
		break;
	}
	MUST(!"a type that there is not");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[AAA_MSG_MAX];
	struct aaa_msg m;
	size_t len;

	memset(&m, 0xa5, sizeof(m));
	if (!aaa_msg_decode(data, size, &m))
		return 0;
	check(&m);
	len = aaa_msg_encode(&m, again);
	MUST(len == size && memcmp(again, data, size) == 0);
	fuzz_known(again, len);
	return 0;
}
