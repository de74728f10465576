/*
 * Fuzz target: a Disconnect-Request or CoA-Request.  The input as it is, and as
 * the code and attributes of a request whose authenticator is right.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "coa_packet.h"
#include "fuzz.h"

static const struct radius_secret secret = { (const uint8_t *)"secret", 6 };

/* What a call is told must be a message that pptpd-aaa.so would read. */
static void
read_request(const uint8_t *buf, size_t len)
{
	static const struct aaa_acct call = { .call.id = "0123456789abcdef" };
	static struct radius_conf conf = { .nas_identifier = "vpn1",
	    .coa.listens = 1 };
	static struct aaa_msg m;
	static struct radius_out o;
	uint8_t out[AAA_MSG_MAX];
	char words[COA_WORDS];
	enum coa_error error;
	bool is_signed;
	uint32_t when;

	if (!coa_is_request(buf))
		return;
	(void)coa_time(buf, len, &when);
	(void)coa_fits(buf, len, &call);
	m.type = AAA_ORDER;
	error = coa_read(buf, len, &conf, &m.u.order);
	MUST(strlen(coa_error_text(error)) > 0);
	if (error == COA_FINE) {
		MUST(aaa_msg_encode(&m, out) > 0);
		MUST(strlen(coa_words(&m.u.order, words)) < COA_WORDS - 1);
	}
	if (!coa_answer(&o, buf, len, error, &secret))
		return;		/* Proxy-States that fill a packet */
	MUST(radius_verify(o.buf, &o.len, buf + RADIUS_HEADER - DIGEST_LEN,
	    &secret, &is_signed) == NULL && is_signed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[DIGEST_LEN];
	uint8_t buf[RADIUS_MAX] = { 0 };
	struct digest_part part[] = {
		{ buf, 4 }, { zeros, DIGEST_LEN },
		{ buf + RADIUS_HEADER, 0 }, { secret.octets, secret.len }
	};
	bool is_signed;
	size_t len = size;

	if (radius_verify_request(data, &len, &secret, &is_signed) == NULL)
		read_request(data, len);
	if (size < 1 || size - 1 > sizeof(buf) - RADIUS_HEADER)
		return 0;
	part[2].len = size - 1;
	len = RADIUS_HEADER + size - 1;
	buf[0] = data[0];
	buf[2] = (uint8_t)(len >> 8);
	buf[3] = (uint8_t)len;
	memcpy(buf + RADIUS_HEADER, data + 1, size - 1);
	MUST(digest_md5(buf + 4, part, 4));
	if (radius_verify_request(buf, &len, &secret, &is_signed) == NULL)
		read_request(buf, len);
	return 0;
}
