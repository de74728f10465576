/* Session reports: both writers, and a reader that trusts nobody. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/session_msg.h"
#include "session-encode.h"

#define TYPES	12
#define SEED	1723

/* Version, type, length; then method, length of the name, the name. */
static const uint8_t auth_bob[4 + 2 + 255] = {
	1, 3, 0x01, 0x05, 4, 3, 'b', 'o', 'b'
};

static const uint8_t ip_up[4 + 16 + 28] = {
	1, 5, 0x00, 0x30,
	'p', 'p', 'p', '1', '2', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x00, 0x00, 0x00, 0x0c,
	192, 0, 2, 1,
	192, 0, 2, 17,
	198, 51, 100, 53,
	0, 0, 0, 0,
	0, 0, 0, 0,
	0, 0, 0, 0
};

/* One of each type, as the plugin writes it. */
static void
sample(size_t i, struct session_out *o)
{
	const uint32_t	addr[6] = { htonl(0xc0000201), htonl(0xc0000211),
	    htonl(0xc6336435), 0, 0, 0 };

	switch (i) {
	case 0:
		session_encode_hello(o, 4711, "2.4.9");
		break;
	case 1:
		session_encode_number(o, SESSION_PHASE, SESSION_RUNNING);
		break;
	case 2:
		session_encode_auth(o, SESSION_AUTH_MSCHAP_V2, "bob");
		break;
	case 3:
		session_encode_mppe(o, 128, 40, 1);
		break;
	case 4:
		session_encode_ip_up(o, "ppp12", 12, addr);
		break;
	case 5:
		session_encode_ip_down(o, 0x0123456789abcdef, 5000000000, 7,
		    8, 3600);
		break;
	case 6:
		session_encode_number(o, SESSION_EXIT, 16);
		break;
	case 7:
		session_encode_logins(o, 70000, 1);
		break;
	case 8:
		session_encode_user_file(o, "/etc/pptpd/users.d/bob:2: no");
		break;
	case 9:
		session_encode_no_address(o, "user \"bob\", pool \"a\": no");
		break;
	case 10:		/* the keeper writes these two */
		session_encode_number(o, SESSION_KEEPER, 1);
		break;
	default:
		session_encode_number(o, SESSION_GO, 1);
		break;
	}
}

START_TEST(plugin_writes_known_octets)
{
	struct session_out	o;

	sample(2, &o);
	ck_assert_uint_eq(o.len, sizeof(auth_bob));
	ck_assert_mem_eq(o.buf, auth_bob, sizeof(auth_bob));
	sample(4, &o);
	ck_assert_uint_eq(o.len, sizeof(ip_up));
	ck_assert_mem_eq(o.buf, ip_up, sizeof(ip_up));
}
END_TEST

START_TEST(reads_what_the_plugin_writes)
{
	struct session_out	o;
	struct session_msg	m;

	sample(0, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_HELLO);
	ck_assert_uint_eq(m.u.hello.pid, 4711);
	ck_assert_str_eq(m.u.hello.pppd, "2.4.9");

	sample(1, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_PHASE);
	ck_assert_int_eq(m.u.phase, SESSION_RUNNING);

	sample(2, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_AUTH);
	ck_assert_int_eq(m.u.auth.method, SESSION_AUTH_MSCHAP_V2);
	ck_assert_str_eq(m.u.auth.name, "bob");

	sample(3, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_MPPE);
	ck_assert_uint_eq(m.u.mppe.send_bits, 128);
	ck_assert_uint_eq(m.u.mppe.recv_bits, 40);
	ck_assert(m.u.mppe.stateful);

	sample(4, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_IP_UP);
	ck_assert_str_eq(m.u.ip_up.ifname, "ppp12");
	ck_assert_uint_eq(m.u.ip_up.unit, 12);
	ck_assert_uint_eq(m.u.ip_up.local, htonl(0xc0000201));
	ck_assert_uint_eq(m.u.ip_up.remote, htonl(0xc0000211));
	ck_assert_uint_eq(m.u.ip_up.dns[0], htonl(0xc6336435));
	ck_assert_uint_eq(m.u.ip_up.dns[1], 0);

	sample(5, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_IP_DOWN);
	ck_assert(m.u.ip_down.octets_in == 0x0123456789abcdef);
	ck_assert(m.u.ip_down.octets_out == 5000000000);
	ck_assert_uint_eq(m.u.ip_down.packets_in, 7);
	ck_assert_uint_eq(m.u.ip_down.packets_out, 8);
	ck_assert_uint_eq(m.u.ip_down.seconds, 3600);

	sample(6, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_EXIT);
	ck_assert_uint_eq(m.u.exit_status, 16);

	sample(7, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_LOGINS);
	ck_assert_uint_eq(m.u.logins.max, 70000);
	ck_assert(m.u.logins.replace);

	sample(8, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_USER_FILE);
	ck_assert_str_eq(m.u.why, "/etc/pptpd/users.d/bob:2: no");

	sample(9, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_int_eq(m.type, SESSION_NO_ADDRESS);
	ck_assert_str_eq(m.u.why, "user \"bob\", pool \"a\": no");
}
END_TEST

/* What the keeper says is what the plugin reads, and nothing else is. */
START_TEST(plugin_reads_what_the_keeper_writes)
{
	struct session_msg	m;
	uint8_t			buf[SESSION_MSG_MAX];
	size_t			len;

	for (int go = 0; go < 2; go++) {
		memset(&m, 0, sizeof(m));
		m.type = SESSION_GO;
		m.u.go = go;
		len = session_msg_encode(&m, buf);
		ck_assert_int_eq(session_decode_bool(buf, len, SESSION_GO),
		    go);
		ck_assert_int_eq(session_decode_bool(buf, len,
		    SESSION_KEEPER), -1);
		ck_assert_int_eq(session_decode_bool(buf, len - 1, SESSION_GO),
		    -1);
		ck_assert_int_eq(session_decode_bool(buf, len + 1, SESSION_GO),
		    -1);
		for (size_t i = 0; i < len; i++) {
			buf[i] ^= 0x40;
			ck_assert_int_eq(session_decode_bool(buf, len,
			    SESSION_GO), -1);
			buf[i] ^= 0x40;
		}
	}
}
END_TEST

START_TEST(both_writers_agree)
{
	struct session_out	o;
	struct session_msg	m;
	uint8_t			buf[SESSION_MSG_MAX];

	sample((size_t)_i, &o);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_uint_eq(session_msg_encode(&m, buf), o.len);
	ck_assert_mem_eq(buf, o.buf, o.len);
}
END_TEST

/* Shorter, longer, or not what its length field says: refused. */
START_TEST(only_the_exact_length)
{
	struct session_out	o;
	struct session_msg	m;
	uint8_t			buf[SESSION_MSG_MAX + 1];
	uint8_t			*exact;
	size_t			len;

	sample((size_t)_i, &o);
	memset(buf, 0, sizeof(buf));
	memcpy(buf, o.buf, o.len);
	for (len = 0; len <= sizeof(buf); len++) {
		/* On the heap, so that a sanitizer sees one octet too far. */
		exact = malloc(len > 0 ? len : 1);
		ck_assert_ptr_nonnull(exact);
		memcpy(exact, buf, len);
		ck_assert_int_eq(session_msg_decode(exact, len, &m),
		    len == o.len);
		if (len >= 4 && len != o.len) {
			exact[2] = (uint8_t)(len >> 8);
			exact[3] = (uint8_t)len;
			ck_assert(!session_msg_decode(exact, len, &m));
		}
		free(exact);
	}
	buf[3]++;
	ck_assert(!session_msg_decode(buf, o.len, &m));
}
END_TEST

START_TEST(refuses_other_versions_and_types)
{
	struct session_out	o;
	struct session_msg	m;
	int			v;

	for (v = 0; v < 256; v++) {
		sample(6, &o);
		o.buf[0] = (uint8_t)v;
		ck_assert_int_eq(session_msg_decode(o.buf, o.len, &m),
		    v == SESSION_MSG_VERSION);
		/* PHASE and EXIT have one length; 16 is no phase. */
		sample(6, &o);
		o.buf[1] = (uint8_t)v;
		ck_assert_int_eq(session_msg_decode(o.buf, o.len, &m),
		    v == SESSION_EXIT);
	}
}
END_TEST

START_TEST(refuses_values_that_do_not_exist)
{
	struct session_out	o;
	struct session_msg	m;

	sample(1, &o);
	o.buf[4] = SESSION_PHASES - 1;
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	o.buf[4] = SESSION_PHASES;
	ck_assert(!session_msg_decode(o.buf, o.len, &m));

	sample(2, &o);
	o.buf[4] = SESSION_AUTHS;
	ck_assert(!session_msg_decode(o.buf, o.len, &m));

	sample(3, &o);
	o.buf[4] = 129;
	ck_assert(!session_msg_decode(o.buf, o.len, &m));
	sample(3, &o);
	o.buf[6] = 2;
	ck_assert(!session_msg_decode(o.buf, o.len, &m));
}
END_TEST

START_TEST(names_keep_their_octets)
{
	struct session_out	o;
	struct session_msg	m;
	char			name[400];

	session_encode_auth(&o, SESSION_AUTH_NONE, "");
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_str_eq(m.u.auth.name, "");

	/* The peer chooses them: any octet but NUL, up to the full length. */
	memset(name, 0xff, sizeof(name));
	name[255] = '\0';
	session_encode_auth(&o, SESSION_AUTH_PAP, name);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_str_eq(m.u.auth.name, name);

	/* Longer ones do not exist in pppd; cut, never overrun. */
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	session_encode_auth(&o, SESSION_AUTH_PAP, name);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_uint_eq(strlen(m.u.auth.name), SESSION_NAME_MAX);
}
END_TEST

START_TEST(refuses_names_that_hide_something)
{
	struct session_out	o;
	struct session_msg	m;

	sample(2, &o);
	o.buf[5] = 4;		/* a NUL within */
	ck_assert(!session_msg_decode(o.buf, o.len, &m));
	o.buf[5] = 2;		/* an octet behind */
	ck_assert(!session_msg_decode(o.buf, o.len, &m));
	sample(2, &o);
	o.buf[o.len - 1] = 'x';
	ck_assert(!session_msg_decode(o.buf, o.len, &m));
}
END_TEST

START_TEST(refuses_bad_interface_names)
{
	static const char *const bad[] = { "", "a b", "../x", "p\np",
	    "\x7f", "\xc3\xa4" };
	const uint32_t		addr[6] = { 0 };
	struct session_out	o;
	struct session_msg	m;
	size_t			i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		session_encode_ip_up(&o, bad[i], 0, addr);
		ck_assert_msg(!session_msg_decode(o.buf, o.len, &m),
		    "\"%s\" accepted", bad[i]);
	}
	/* Fifteen octets fit; a field without a NUL is refused. */
	session_encode_ip_up(&o, "abcdefghijklmnopq", 0, addr);
	ck_assert(session_msg_decode(o.buf, o.len, &m));
	ck_assert_str_eq(m.u.ip_up.ifname, "abcdefghijklmno");
	o.buf[4 + 15] = 'p';
	ck_assert(!session_msg_decode(o.buf, o.len, &m));
}
END_TEST

START_TEST(does_not_say_what_cannot_be_read)
{
	struct session_msg	m;
	uint8_t			buf[SESSION_MSG_MAX];

	memset(&m, 0, sizeof(m));
	ck_assert_uint_eq(session_msg_encode(&m, buf), 0);
	m.type = SESSION_MPPE;
	m.u.mppe.send_bits = 77;
	ck_assert_uint_eq(session_msg_encode(&m, buf), 0);
}
END_TEST

/* Whatever decodes, encodes to the same octets again. */
START_TEST(random_octets)
{
	uint8_t			in[SESSION_MSG_MAX], out[SESSION_MSG_MAX];
	struct session_msg	m;
	struct session_out	o;
	unsigned int		seed = SEED, good = 0;
	size_t			i, j;

	for (i = 0; i < 200000; i++) {
		sample(i % TYPES, &o);
		memcpy(in, o.buf, o.len);
		for (j = 0; j < 1 + i % 3; j++) {
			seed = seed * 1103515245 + 12345;
			in[(seed >> 8) % o.len] = (uint8_t)(seed >> 20);
		}
		if (!session_msg_decode(in, o.len, &m))
			continue;
		good++;
		ck_assert_uint_eq(session_msg_encode(&m, out), o.len);
		ck_assert_mem_eq(in, out, o.len);
	}
	ck_assert_uint_gt(good, 1000);
}
END_TEST

START_TEST(every_value_has_a_name)
{
	int	i;

	for (i = 0; i < SESSION_PHASES; i++)
		ck_assert_str_ne(session_phase_name((enum session_phase)i),
		    "unknown");
	for (i = 0; i < SESSION_AUTHS; i++)
		ck_assert_str_ne(session_auth_name((enum session_auth)i),
		    "unknown");
	ck_assert_str_eq(session_auth_name(SESSION_AUTH_MSCHAP_V2),
	    "MS-CHAPv2");
}
END_TEST

int
main(void)
{
	Suite	*s = suite_create("session_msg");
	TCase	*tc = tcase_create("messages");
	SRunner	*sr;
	int	 failed;

	tcase_add_test(tc, plugin_writes_known_octets);
	tcase_add_test(tc, reads_what_the_plugin_writes);
	tcase_add_test(tc, plugin_reads_what_the_keeper_writes);
	tcase_add_loop_test(tc, both_writers_agree, 0, TYPES);
	tcase_add_loop_test(tc, only_the_exact_length, 0, TYPES);
	tcase_add_test(tc, refuses_other_versions_and_types);
	tcase_add_test(tc, refuses_values_that_do_not_exist);
	tcase_add_test(tc, names_keep_their_octets);
	tcase_add_test(tc, refuses_names_that_hide_something);
	tcase_add_test(tc, refuses_bad_interface_names);
	tcase_add_test(tc, does_not_say_what_cannot_be_read);
	tcase_add_test(tc, random_octets);
	tcase_add_test(tc, every_value_has_a_name);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
