/*
 * Fuzz target: an answer of a RADIUS server.  The input as it is, and as the
 * code, method and attributes of an answer whose authenticator is right.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "radius_answer.h"
#include "fuzz.h"

static const uint8_t request[DIGEST_LEN] = { 1, 2, 3 };
static const struct radius_secret secret = { (const uint8_t *)"secret", 6 };

/* What is answered must be a message that pptpd-aaa.so would read. */
static void
read_answer(const uint8_t *buf, size_t len, unsigned method)
{
	struct aaa_login login = { .method = (enum aaa_method)(AAA_PAP +
	    method % 4) };
	struct aaa_msg m = { .type = AAA_REPLY };
	uint8_t out[AAA_MSG_MAX];
	const char *why;

	why = answer_read(&m.u.reply, buf, len, &login, request, &secret);
	MUST(aaa_msg_encode(&m, out) > 0);
	MUST(why == NULL || m.u.reply.verdict == AAA_REJECT);
	MUST(m.u.reply.verdict != AAA_ACCEPT ||
	    buf[0] == RADIUS_ACCESS_ACCEPT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[RADIUS_MAX] = { 0 };
	struct digest_part part[] = {
		{ buf, 4 }, { request, DIGEST_LEN },
		{ buf + RADIUS_HEADER, 0 }, { secret.octets, secret.len }
	};
	bool is_signed;
	size_t len = size;

	if (radius_verify(data, &len, request, &secret, &is_signed) == NULL)
		read_answer(data, len, 0);
	if (size < 2 || size - 2 > sizeof(buf) - RADIUS_HEADER)
		return 0;
	part[2].len = size - 2;
	len = RADIUS_HEADER + size - 2;
	buf[0] = data[0];
	buf[2] = (uint8_t)(len >> 8);
	buf[3] = (uint8_t)len;
	memcpy(buf + RADIUS_HEADER, data + 2, size - 2);
	MUST(digest_md5(buf + 4, part, 4));
	if (radius_verify(buf, &len, request, &secret, &is_signed) == NULL)
		read_answer(buf, len, data[1]);
	return 0;
}
