/*
 * Fuzz target: what a program answers, and aaa.conf.  The first octet says
 * which.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "aaa_conf.h"
#include "fuzz.h"
#include "hook_reply.h"

/* What is accepted must be a message that pptpd-aaa.so would read. */
static void
check_reply(const char *text, size_t len)
{
	struct aaa_msg m = { .type = AAA_REPLY };
	struct hook_reply r = { 0 };
	struct hook_fault fault;
	uint8_t out[AAA_MSG_MAX];
	size_t end = hook_reply_end(text, len);

	MUST(end <= len);
	MUST(end < 2 || (text[end - 1] == '\n' && text[end - 2] == '\n'));
	if (!hook_reply_read(&r, text, len, &fault)) {
		MUST(fault.why != NULL);
		MUST(memchr(fault.name, '\0', sizeof(fault.name)) != NULL);
		return;
	}
	MUST(fault.why == NULL);
	MUST(r.reply.verdict == AAA_ACCEPT || r.reply.verdict == AAA_REJECT);
	MUST(r.known.len <= sizeof(r.known.octets));
	MUST((r.known.kind == KNOWN_NOTHING) == (r.known.len == 0));
	m.u.reply = r.reply;
	MUST(aaa_msg_encode(&m, out) > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct aaa_conf conf;
	const char *text = (const char *)data + 1;
	struct hook_reply r = { 0 };

	if (size == 0)
		return 0;
	if (data[0] != 'C') {
		check_reply(text, size - 1);
		return 0;
	}
	if (!aaa_conf_parse(&conf, "/f", text, size - 1))
		return 0;
	MUST(conf.errors == 0);
	MUST(aaa_conf_reply(&conf, "", &r) == NULL);
	aaa_conf_free(&conf);
	return 0;
}
