/*
 * Packets of RADIUS, octet by octet: data/radius/packets has them.  Those that
 * are ours are built from what pppd says, the others read, and answered.
 */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "coa_packet.h"
#include "radius_request.h"
#include "unit.h"

#define LINE	256
#define BEGIN	1767225600U	/* Unix time of the first of them */
#define NT_AT	24		/* in a response as pppd has it */
#define FLAGS_AT 48

static const struct radius_secret secret = {
	(const uint8_t *)"xyzzy5461", 9 };
static const uint8_t random_octets[DIGEST_LEN] = {
	0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57,
	0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a
};

static struct radius_conf conf;
static struct aaa_login login;
static struct aaa_acct acct;
static struct radius_out out;

static void
take_octets(const char *line, uint8_t *buf, size_t *len)
{
	unsigned octet;
	int n;

	for (; sscanf(line, "%2x%n", &octet, &n) == 1; line += n) {
		ck_assert_uint_lt(*len, RADIUS_MAX);
		buf[(*len)++] = (uint8_t)octet;
	}
}

/* Reads the packet of this name; returns its octets. */
static size_t
packet(const char *name, uint8_t buf[RADIUS_MAX])
{
	FILE *f = fopen(TESTDATA "/radius/packets", "r");
	char line[LINE], head[LINE];
	bool ours = false;
	size_t len = 0;

	ck_assert_ptr_nonnull(f);
	snprintf(head, sizeof(head), "= %s\n", name);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '=')
			ours = strcmp(line, head) == 0;
		else if (ours && line[0] != '#')
			take_octets(line, buf, &len);
	}
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_msg(len > 0, "there is no %s", name);
	return len;
}

static void
is_golden(const char *name)
{
	uint8_t want[RADIUS_MAX];
	size_t len = packet(name, want);

	for (size_t i = 0; i < len && i < out.len; i++)
		ck_assert_msg(out.buf[i] == want[i],
		    "%s: octet %zu is %02x, not %02x", name, i, out.buf[i],
		    want[i]);
	ck_assert_msg(out.len == len, "%s: %zu octets, not %zu", name, out.len,
	    len);
}

static void
setup(void)
{
	struct aaa_call *call = &login.call;

	ck_assert(digest_init());
	strcpy(conf.nas_identifier, "vpn1");
	conf.nas_ip = inet_addr("192.0.2.1");
	strcpy(call->id, "0123456789ABCDEF");
	call->client = inet_addr("198.51.100.20");
	call->server = inet_addr("192.0.2.1");
	call->unit = 7;
	ck_assert(aaa_text_set(&call->name, "User", 4));
	login.chap_id = 5;
	acct.call = *call;
	acct.address = inet_addr("10.9.8.7");
	ck_assert(aaa_class_add(&acct.class, "gold", 4));
	ck_assert(aaa_class_add(&acct.class, "\0\377", 2));
}

/* --- logins -------------------------------------------------------------- */

static void
ask(uint8_t id, enum aaa_method method, const void *challenge, size_t nc,
    const void *response, size_t nr)
{
	login.method = method;
	ck_assert(aaa_octets_set(&login.challenge, challenge, nc));
	ck_assert(aaa_octets_set(&login.response, response, nr));
	ck_assert_ptr_null(request_login_fault(&login));
	ck_assert(request_login(&out, id, random_octets, &login, &conf,
	    &secret));
}

START_TEST(pap)
{
	static const char password[] = "a password of more than 16 octets";

	ask(1, AAA_PAP, "", 0, password, sizeof(password) - 1);
	is_golden("access-request-pap");
}
END_TEST

START_TEST(chap)
{
	uint8_t challenge[16], sum[DIGEST_LEN];
	const struct digest_part all[] = { { "\5clientPass", 11 },
	    { challenge, sizeof(challenge) } };

	for (uint8_t i = 0; i < sizeof(challenge); i++)
		challenge[i] = (uint8_t)(0xa0 + i);
	ck_assert(digest_md5(sum, all, 2));
	ask(2, AAA_CHAP_MD5, challenge, sizeof(challenge), sum, sizeof(sum));
	is_golden("access-request-chap");
}
END_TEST

/* RFC 2433, B.2. */
START_TEST(mschap)
{
	static const uint8_t challenge[] = {
		0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d, 0x30, 0x41
	};
	static const uint8_t nt[] = {
		0x4e, 0x9d, 0x3c, 0x8f, 0x9c, 0xfd, 0x38, 0x5d,
		0x5b, 0xf4, 0xd3, 0x24, 0x67, 0x91, 0x95, 0x6c,
		0xa4, 0xc3, 0x51, 0xab, 0x40, 0x9a, 0x3d, 0x61
	};
	uint8_t response[FLAGS_AT + 1] = { 0 };

	memcpy(response + NT_AT, nt, sizeof(nt));
	response[FLAGS_AT] = 1;
	ask(3, AAA_MSCHAP, challenge, sizeof(challenge), response,
	    sizeof(response));
	is_golden("access-request-mschap");
}
END_TEST

/* RFC 2759, 9.2. */
START_TEST(mschap_v2)
{
	static const uint8_t challenge[] = {
		0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e,
		0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28
	};
	static const uint8_t response[FLAGS_AT + 1] = {
		0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a,
		0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c, 0x7e,
		0, 0, 0, 0, 0, 0, 0, 0,
		0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70, 0x8b, 0x5e,
		0xa0, 0x8f, 0xaa, 0x39, 0x81, 0xcd, 0x83, 0x54,
		0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf, 0
	};

	ask(4, AAA_MSCHAP_V2, challenge, sizeof(challenge), response,
	    sizeof(response));
	is_golden("access-request-mschap2");
}
END_TEST

/* --- accounting ---------------------------------------------------------- */

static void
account(uint8_t id, enum aaa_status status, uint32_t delay, uint32_t seconds)
{
	const struct request_time when = { delay, BEGIN + seconds };

	acct.status = status;
	acct.seconds = seconds;
	ck_assert(request_acct(&out, id, &acct, &conf, &secret, &when));
}

START_TEST(accounting_of_a_call)
{
	account(5, AAA_START, 0, 0);
	is_golden("accounting-start");
	acct.octets_in = 0x123456789;
	acct.octets_out = 0x2fedcba98;
	acct.packets_in = 1000;
	acct.packets_out = 2000;
	account(6, AAA_INTERIM, 0, 300);
	is_golden("accounting-interim");
	acct.octets_in = 0x223456789;
	acct.octets_out = 0x3fedcba98;
	acct.packets_in = 3000;
	acct.packets_out = 4000;
	acct.cause = 5;
	account(7, AAA_STOP, 61, 600);
	is_golden("accounting-stop");
}
END_TEST

START_TEST(accounting_of_the_server)
{
	struct request_time when = { 0, BEGIN };

	ck_assert(request_nas(&out, 8, true, &conf, &secret, &when));
	is_golden("accounting-on");
	when.event += 900;
	ck_assert(request_nas(&out, 9, false, &conf, &secret, &when));
	is_golden("accounting-off");
}
END_TEST

/* --- what servers ask ---------------------------------------------------- */

static struct aaa_order order;

/* Reads a request, and answers it as one that this call is asked about. */
static void
serve(const char *request, const char *answer)
{
	uint8_t buf[RADIUS_MAX];
	size_t len = packet(request, buf);
	enum coa_error error;
	uint32_t made;
	bool is_signed;

	ck_assert_ptr_null(radius_verify_request(buf, &len, &secret,
	    &is_signed));
	ck_assert(is_signed && coa_is_request(buf));
	ck_assert(coa_time(buf, len, &made));
	ck_assert_uint_eq(made, BEGIN);
	error = coa_read(buf, len, &conf, &order);
	if (error == COA_FINE && !coa_fits(buf, len, &acct))
		error = COA_NO_SESSION;
	ck_assert(coa_answer(&out, buf, len, error, &secret));
	is_golden(answer);
}

START_TEST(coa)
{
	serve("coa-request", "coa-ack");
	ck_assert_uint_eq(order.changes, AAA_CHANGE_SESSION |
	    AAA_CHANGE_LIMITS);
	ck_assert_uint_eq(order.session_timeout, 7200);
	ck_assert_uint_eq(order.limits.rate_down, 2000000);
	ck_assert_uint_eq(order.limits.rate_up, 1000000);
	serve("coa-request-that-cannot-be", "coa-nak");
}
END_TEST

START_TEST(disconnect)
{
	serve("disconnect-request", "disconnect-ack");
	ck_assert(order.end);
	serve("disconnect-request-of-another", "disconnect-nak");
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, pap);
	tcase_add_test(tc, chap);
	tcase_add_test(tc, mschap);
	tcase_add_test(tc, mschap_v2);
	tcase_add_test(tc, accounting_of_a_call);
	tcase_add_test(tc, accounting_of_the_server);
	tcase_add_test(tc, coa);
	tcase_add_test(tc, disconnect);
}

int
main(void)
{
	return unit_main("golden", add);
}
