/* Fuzz target: what a plugin in pppd tells, read and written again. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "protocol/session_msg.h"

static void
check_word(const char *word, size_t size)
{
	size_t len = strnlen(word, size);

	MUST(len < size);
	for (size_t i = 0; i < len; i++)
		MUST(word[i] > ' ' && word[i] <= '~' && word[i] != '/');
}

/* Whatever got through is within what session_msg.h says. */
static void
check(const struct session_msg *m)
{
	switch (m->type) {
	case SESSION_HELLO:
		check_word(m->u.hello.pppd, sizeof(m->u.hello.pppd));
		return;
	case SESSION_PHASE:
		MUST(m->u.phase < SESSION_PHASES);
		MUST(session_phase_name(m->u.phase) != NULL);
		return;
	case SESSION_AUTH:
		MUST(m->u.auth.method < SESSION_AUTHS);
		MUST(session_auth_name(m->u.auth.method) != NULL);
		MUST(memchr(m->u.auth.name, '\0', sizeof(m->u.auth.name)) !=
		    NULL);
		return;
	case SESSION_MPPE:
		MUST(m->u.mppe.send_bits <= 128 && m->u.mppe.recv_bits <= 128);
		return;
	case SESSION_IP_UP:
		check_word(m->u.ip_up.ifname, sizeof(m->u.ip_up.ifname));
		return;
	case SESSION_USER_FILE:
	case SESSION_NO_ADDRESS:
		MUST(memchr(m->u.why, '\0', sizeof(m->u.why)) !=
		    NULL);
		return;
	case SESSION_IP_DOWN:
	case SESSION_EXIT:
	case SESSION_LOGINS:
	case SESSION_KEEPER:
	case SESSION_GO:
		return;
	}
	MUST(!"a type that there is not");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[SESSION_MSG_MAX];
	struct session_msg m;
	size_t len;

	memset(&m, 0xa5, sizeof(m));
	if (!session_msg_decode(data, size, &m))
		return 0;
	MUST(size <= SESSION_MSG_MAX);
	check(&m);
	len = session_msg_encode(&m, again);
	MUST(len == size && memcmp(again, data, size) == 0);
	fuzz_known(again, len);
	return 0;
}
