/* Messages between pptpd-aaa.so and pptpd-aaa: a reader that trusts nobody. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <string.h>

#include "protocol/aaa_msg.h"
#include "unit.h"

static void
set_call(struct aaa_call *c)
{
	strcpy(c->id, "0123456789abcdef");
	c->client = htonl(0xc6336414);
	c->server = htonl(0xc0000201);
	c->unit = 7;
	ck_assert(aaa_text_set(&c->name, "bob", 3));
}

static void
sample_net(struct aaa_reply *r)
{
	r->limits = (struct rate_limits){ .rate_down = RATE_MAX - 1,
	    .rate_up = RATE_MIN, .burst_down = RATE_BURST_MAX,
	    .peak_down = RATE_MAX };
	r->quota.total = UINT64_MAX;
	r->nroutes = AAA_ROUTES_MAX;
	for (size_t i = 0; i < AAA_ROUTES_MAX; i++)
		r->routes[i] = (struct aaa_route){ htonl(0xc0000200), 24, 7 };
	r->has_ifid = true;
	r->ifid[7] = 2;
	r->nprefixes = 1;
	r->prefixes[0] = (struct aaa_prefix){ { 0x20, 0x01, 0x0d, 0xb8 }, 48 };
}

static void
sample_state(struct aaa_state *s)
{
	*s = (struct aaa_state){ .kind = AAA_KIND_RADIUS, .waiting = 7,
	    .stored = 7, .workers = 4, .busy = 3, .nservers = AAA_SERVERS_MAX,
	    .at = AAA_SERVERS_MAX - 1 };
	memset(s->server.address, 'f', AAA_ADDRESS_LEN - 1);
	s->server.alive = true;
	s->server.under_way = UINT32_MAX;
	for (unsigned i = 0; i < AAA_COUNTS; i++)
		s->count[i] = AAA_COUNT_MAX - i;
	for (unsigned i = 0; i < AAA_SERVER_COUNTS; i++)
		s->server.count[i] = AAA_COUNT_MAX - 100 - i;
	for (unsigned i = 0; i < AAA_TIMES; i++)
		s->server.times[i] = AAA_COUNT_MAX - 200 - i;
	s->server.sum_us = 1;
}

/* One of each type. */
static void
sample(enum aaa_msg_type type, struct aaa_msg *m)
{
	memset(m, 0, sizeof(*m));
	m->type = type;
	switch (type) {
	case AAA_LOGIN:
		set_call(&m->u.login.call);
		m->u.login.method = AAA_MSCHAP_V2;
		m->u.login.chap_id = 5;
		ck_assert(aaa_octets_set(&m->u.login.challenge,
		    "0123456789abcdef", 16));
		ck_assert(aaa_octets_set(&m->u.login.response, "\0\1\2", 3));
		ck_assert(aaa_text_set(&m->u.login.our_name, "us", 2));
		break;
	case AAA_REPLY:
		m->u.reply.verdict = AAA_ACCEPT;
		ck_assert(aaa_text_set(&m->u.reply.message, "S=00", 4));
		m->u.reply.address = htonl(0x0a090807);
		m->u.reply.session_timeout = 3600;
		m->u.reply.mtu = 1300;
		m->u.reply.dns[1] = htonl(0x0a000035);
		m->u.reply.mppe_policy = 2;
		m->u.reply.mppe_types = 4;
		m->u.reply.has_keys = true;
		memset(m->u.reply.send_key, 0xaa, AAA_KEY_LEN);
		ck_assert(aaa_class_add(&m->u.reply.class, "gold", 4));
		ck_assert(aaa_class_add(&m->u.reply.class, "\0", 1));
		ck_assert(aaa_text_set(&m->u.reply.filter_id, "f", 1));
		ck_assert(aaa_text_set(&m->u.reply.pool, "staff", 5));
		sample_net(&m->u.reply);
		break;
	case AAA_ACCT:
		set_call(&m->u.acct.call);
		m->u.acct.status = AAA_STOP;
		m->u.acct.method = AAA_PAP;
		strcpy(m->u.acct.ifname, "ppp7");
		m->u.acct.octets_in = UINT64_C(0x0123456789abcdef);
		m->u.acct.cause = 1;
		break;
	case AAA_ORDER:
		m->u.order.number = 7;
		m->u.order.changes = AAA_CHANGES;
		m->u.order.session_timeout = 60;
		m->u.order.interim = 300;
		ck_assert(aaa_class_add(&m->u.order.class, "gold", 4));
		ck_assert(aaa_text_set(&m->u.order.filter_id, "slow", 4));
		m->u.order.limits.rate_down = RATE_MIN;
		break;
	case AAA_DONE:
		m->u.done = (struct aaa_done){ 7, true };
		break;
	case AAA_LOOK:
		m->u.look = AAA_SERVERS_MAX - 1;
		break;
	case AAA_STATE:
		sample_state(&m->u.state);
		break;
	case AAA_TAKEN:
	case AAA_TYPES:
		break;
	}
}

START_TEST(there_and_back)
{
	uint8_t buf[AAA_MSG_MAX], again[AAA_MSG_MAX];
	struct aaa_msg m, got;
	size_t len;

	sample((enum aaa_msg_type)_i, &m);
	len = aaa_msg_encode(&m, buf);
	ck_assert_uint_gt(len, 0);
	ck_assert(aaa_msg_decode(buf, len, &got));
	ck_assert_uint_eq(aaa_msg_encode(&got, again), len);
	ck_assert_mem_eq(again, buf, len);
}
END_TEST

/* No part of a message is one, nor is a message with an octet more. */
START_TEST(every_length)
{
	uint8_t buf[AAA_MSG_MAX + 1] = { 0 };
	struct aaa_msg m, got;
	size_t len;

	sample((enum aaa_msg_type)_i, &m);
	len = aaa_msg_encode(&m, buf);
	for (size_t n = 0; n <= len + 1; n++) {
		buf[2] = (uint8_t)(n >> 8);
		buf[3] = (uint8_t)n;
		ck_assert_int_eq(aaa_msg_decode(buf, n, &got), n == len);
		buf[2] = (uint8_t)(len >> 8);
		buf[3] = (uint8_t)len;
		ck_assert_int_eq(aaa_msg_decode(buf, n, &got), n == len);
	}
}
END_TEST

START_TEST(octets_of_a_login)
{
	static const uint8_t want[] = {
		AAA_MSG_VERSION, 1, 0x00, 0x44,
		0, 16, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a',
		'b', 'c', 'd', 'e', 'f',
		198, 51, 100, 20, 192, 0, 2, 1, 0, 0, 0, 7,
		0, 3, 'b', 'o', 'b',
		4, 5,
		0, 16, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a',
		'b', 'c', 'd', 'e', 'f',
		0, 3, 0, 1, 2,
		0, 2, 'u', 's'
	};
	uint8_t buf[AAA_MSG_MAX];
	struct aaa_msg m;

	sample(AAA_LOGIN, &m);
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), sizeof(want));
	ck_assert_mem_eq(buf, want, sizeof(want));
}
END_TEST

/* Each is right but for one value. */
START_TEST(values_that_are_none)
{
	uint8_t buf[AAA_MSG_MAX];
	struct aaa_msg m;

	sample(AAA_LOGIN, &m);
	m.u.login.method = (enum aaa_method)0;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_LOGIN, &m);
	m.u.login.method = AAA_METHODS;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_LOGIN, &m);
	m.u.login.call.id[0] = '\0';
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_LOGIN, &m);
	m.u.login.call.id[3] = 'g';
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_LOGIN, &m);
	m.u.login.call.name.text[1] = '\0';
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.verdict = AAA_VERDICTS;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.session_timeout = UINT32_C(0x80000000);
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.class.octets[0] = 200;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.limits.rate_up = RATE_MIN - 1;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.limits.rate_down = RATE_MAX + 1;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.limits.burst_down = RATE_BURST_MAX + 1;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.limits.peak_up = RATE_MIN;	/* not above the rate */
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.nroutes = AAA_ROUTES_MAX + 1;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.routes[1].net = 0;		/* the default route */
	m.u.reply.routes[1].bits = 0;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.nprefixes = AAA_PREFIXES_MAX + 1;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_REPLY, &m);
	m.u.reply.prefixes[0].bits = 0;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_ACCT, &m);
	m.u.acct.status = (enum aaa_status)4;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_ACCT, &m);
	m.u.acct.status = AAA_START;	/* which has no cause */
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_ACCT, &m);
	memset(m.u.acct.ifname, 'p', AAA_IFNAME_LEN);
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
}
END_TEST

/* Scripts have them in their environment. */
START_TEST(texts_for_scripts_that_are_none)
{
	static const char bad[] = { '\n', '\033', '\177', '\303' };
	uint8_t buf[AAA_MSG_MAX];
	struct aaa_msg m;

	for (size_t i = 0; i < sizeof(bad); i++) {
		sample(AAA_REPLY, &m);
		ck_assert_uint_ne(aaa_msg_encode(&m, buf), 0);
		ck_assert(aaa_text_set(&m.u.reply.filter_id, &bad[i], 1));
		ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
		sample(AAA_REPLY, &m);
		ck_assert(aaa_text_set(&m.u.reply.framed_route, &bad[i], 1));
		ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
		sample(AAA_REPLY, &m);
		ck_assert(aaa_text_set(&m.u.reply.pool, &bad[i], 1));
		ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	}
}
END_TEST

START_TEST(networks_that_are_none)
{
	static const struct {
		uint32_t net;
		uint8_t	 bits;
		bool	 fits;
	} v4[] = {
		{ 0x0a000000, 8, true }, { 0x0a280000, 16, true },
		{ 0xc0000201, 32, true }, { 0, 0, false },
		{ 0x80000000, 1, false }, { 0x0a000001, 24, false },
		{ 0x0a000000, 7, false }, { 0x0a000000, 33, false },
		{ 0x7f000000, 8, false }, { 0x7f000001, 32, false },
		{ 0xe0000000, 8, false }, { 0xff000000, 8, false },
		{ 0x00000000, 8, false }
	};
	static const struct aaa_prefix v6[] = {
		{ { 0x20, 0x01 }, 16 }, { { 0xfd }, 48 },	/* good */
		{ { 0 }, 0 }, { { 0x20 }, 15 }, { { 0xfe, 0x80 }, 64 },
		{ { 0xff }, 16 }, { { 0x20, 0x01, 0x80 }, 16 },
		{ { 0x20, 0x01 }, 129 }
	};
	struct aaa_route r;

	for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]); i++) {
		r = (struct aaa_route){ htonl(v4[i].net), v4[i].bits, 0 };
		ck_assert_int_eq(aaa_route_fits(&r), v4[i].fits);
	}
	for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++)
		ck_assert_int_eq(aaa_prefix_fits(&v6[i]), i < 2);
}
END_TEST

START_TEST(texts_and_classes)
{
	uint8_t long_value[AAA_NAME_MAX + 1] = { 0 };
	struct aaa_class c = { 0 };
	struct aaa_octets o;
	struct aaa_text t;
	size_t at = 0, len;
	int n = 0;

	memset(long_value, 'x', sizeof(long_value));
	ck_assert(aaa_text_set(&t, long_value, AAA_NAME_MAX));
	ck_assert(!aaa_text_set(&t, long_value, AAA_NAME_MAX + 1));
	ck_assert_uint_eq(t.len, 0);
	ck_assert(!aaa_text_set(&t, "a\0b", 3));
	ck_assert(!aaa_octets_set(&o, c.octets, AAA_SECRET_MAX + 1));
	ck_assert(!aaa_class_add(&c, "", 0));
	ck_assert(!aaa_class_add(&c, long_value, AAA_NAME_MAX + 1));
	while (aaa_class_add(&c, long_value, AAA_NAME_MAX))
		n++;
	ck_assert_int_eq(n, 4);
	for (n = 0; aaa_class_next(&c, &at, &len) != NULL; n++)
		ck_assert_uint_eq(len, AAA_NAME_MAX);
	ck_assert_int_eq(n, 4);
}
END_TEST

START_TEST(orders_that_are_none)
{
	uint8_t buf[AAA_MSG_MAX];
	struct aaa_msg good, m;

	sample(AAA_ORDER, &good);
#define IS_NONE(change) do {						\
	m = good;							\
	change;								\
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);			\
} while (0)
	IS_NONE(m.u.order.end = true);
	IS_NONE(m.u.order.changes = 0);
	IS_NONE(m.u.order.changes = AAA_CHANGES + 1);
	IS_NONE(m.u.order.changes = AAA_CHANGE_IDLE);
	IS_NONE(m.u.order.session_timeout = 0);
	IS_NONE(m.u.order.session_timeout = UINT32_MAX);
	IS_NONE(m.u.order.idle_timeout = UINT32_MAX);
	IS_NONE(m.u.order.interim = UINT32_MAX);
	IS_NONE(m.u.order.limits.rate_up = RATE_MIN - 1);
	IS_NONE(m.u.order.filter_id.text[0] = '\n');
	IS_NONE(m.u.order.class.octets[0] = 9);
#undef IS_NONE
}
END_TEST

/* What pptpdctl would print, were it true. */
START_TEST(states_that_are_none)
{
	uint8_t buf[AAA_MSG_MAX];
	struct aaa_msg good, m;

	sample(AAA_LOOK, &m);
	m.u.look = AAA_SERVERS_MAX;
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);
	sample(AAA_STATE, &good);
#define IS_NONE(change) do {						\
	m = good;							\
	change;								\
	ck_assert_uint_eq(aaa_msg_encode(&m, buf), 0);			\
} while (0)
	IS_NONE(m.u.state.kind = (enum aaa_kind)0);
	IS_NONE(m.u.state.kind = AAA_KINDS);
	IS_NONE(m.u.state.stored = 8);
	IS_NONE(m.u.state.busy = 5);
	IS_NONE(m.u.state.nservers = AAA_SERVERS_MAX + 1);
	IS_NONE(m.u.state.at = AAA_SERVERS_MAX);
	IS_NONE(m.u.state.count[AAA_COUNTS - 1] = AAA_COUNT_MAX + 1);
	IS_NONE(m.u.state.server.count[0] = UINT64_MAX);
	IS_NONE(m.u.state.server.times[AAA_TIMES - 1] = AAA_COUNT_MAX + 1);
	IS_NONE(m.u.state.server.sum_us = AAA_COUNT_MAX + 1);
	IS_NONE(m.u.state.server.address[0] = '"');
	IS_NONE(m.u.state.server.address[3] = '\n');
	IS_NONE(m.u.state.server.address[0] = '\0');
#undef IS_NONE
}
END_TEST

/* With fewer servers than the one that is asked for, there is none in it. */
START_TEST(state_without_a_server)
{
	uint8_t buf[AAA_MSG_MAX];
	struct aaa_msg m, got;
	size_t len;

	sample(AAA_STATE, &m);
	m.u.state.nservers = 0;
	len = aaa_msg_encode(&m, buf);
	ck_assert(aaa_msg_decode(buf, len, &got));
	ck_assert_uint_eq(got.u.state.nservers, 0);
	ck_assert_str_eq(got.u.state.server.address, "");
	ck_assert_uint_eq(got.u.state.count[0], AAA_COUNT_MAX);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, there_and_back, AAA_LOGIN, AAA_TYPES);
	tcase_add_test(tc, orders_that_are_none);
	tcase_add_test(tc, states_that_are_none);
	tcase_add_test(tc, state_without_a_server);
	tcase_add_loop_test(tc, every_length, AAA_LOGIN, AAA_TYPES);
	tcase_add_test(tc, octets_of_a_login);
	tcase_add_test(tc, values_that_are_none);
	tcase_add_test(tc, texts_for_scripts_that_are_none);
	tcase_add_test(tc, networks_that_are_none);
	tcase_add_test(tc, texts_and_classes);
}

int
main(void)
{
	return unit_main("aaa_msg", add);
}
