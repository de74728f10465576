/* bcrelay: which packets are relayed and how they look then; names, options. */
/* SPDX-License-Identifier: ISC */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "filter.h"
#include "names.h"
#include "packet.h"
#include "unit.h"

#define IP(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))
#define MDNS	IP(224, 0, 0, 251)
#define SEED	137

/*
 * tcpdump 4.99.3 on netbios[]:
 * IP (tos 0x0, ttl 128, id 4660, offset 0, flags [none], proto UDP (17),
 *     length 78)
 *   192.168.0.2.137 > 192.168.0.255.137: [udp sum ok] UDP, length 50
 */
static const uint8_t netbios[] = {
	0x45, 0x00, 0x00, 0x4e, 0x12, 0x34, 0x00, 0x00, 0x80, 0x11, 0xa6, 0x19,
	0xc0, 0xa8, 0x00, 0x02, 0xc0, 0xa8, 0x00, 0xff, 0x00, 0x89, 0x00, 0x89,
	0x00, 0x3a, 0x7b, 0x8f, 0x80, 0x0a, 0x01, 0x10, 0x00, 0x01, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x20, 0x46, 0x48, 0x45, 0x50, 0x46, 0x43, 0x45,
	0x4c, 0x45, 0x48, 0x46, 0x43, 0x45, 0x50, 0x46, 0x46, 0x46, 0x41, 0x43,
	0x41, 0x43, 0x41, 0x43, 0x41, 0x43, 0x41, 0x43, 0x41, 0x43, 0x41, 0x42,
	0x4c, 0x00, 0x00, 0x20, 0x00, 0x01,
};
/* As it is sent on: TTL 1, to everybody, no UDP checksum. */
static const uint8_t netbios_relayed[] = {
	0x45, 0x00, 0x00, 0x4e, 0x12, 0x34, 0x00, 0x00, 0x01, 0x11, 0xe6, 0xc1,
	0xc0, 0xa8, 0x00, 0x02, 0xff, 0xff, 0xff, 0xff, 0x00, 0x89, 0x00, 0x89,
	0x00, 0x3a, 0x00, 0x00,
};

static const uint32_t lan[] = { IP(192, 168, 0, 1), IP(10, 0, 0, 2),
	IP(10, 0, 0, 200) };
static const uint32_t groups[] = { MDNS, IP(239, 255, 255, 250) };
static const struct packet_net net = { lan, 3, NULL, 0 };
static const struct packet_net with_groups = { lan, 3, groups, 2 };

static uint8_t data[2048];
static size_t len;
static struct packet packet;

static void
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* Makes the IP header's checksum right, as its sender would. */
static void
fix(void)
{
	size_t header = (size_t)(data[0] & 0xf) * 4;
	uint16_t sum;

	data[10] = data[11] = 0;
	sum = packet_checksum(data, header);
	data[10] = (uint8_t)(sum >> 8);
	data[11] = (uint8_t)sum;
}

static void
set_up(void)
{
	memset(data, 0, sizeof(data));
	memcpy(data, netbios, sizeof(netbios));
	len = sizeof(netbios);
}

static enum packet_verdict
look(bool by_frame)
{
	return packet_look(&packet, data, len, by_frame, &net);
}

static enum packet_verdict
look_from_to(uint32_t src, uint32_t dst, bool by_frame,
    const struct packet_net *to)
{
	put32(data + 12, src);
	put32(data + 16, dst);
	fix();
	return packet_look(&packet, data, len, by_frame, to);
}

START_TEST(name_query_is_relayed)
{
	ck_assert_uint_eq(packet_checksum(netbios, 20), 0);
	ck_assert_int_eq(look(true), PACKET_RELAY);
	ck_assert_uint_eq(packet.len, sizeof(netbios));
	ck_assert_uint_eq(packet.sport, 137);
	ck_assert_uint_eq(packet.dport, 137);
	packet_rewrite(&packet, 0);
	ck_assert_mem_eq(data, netbios_relayed, sizeof(netbios_relayed));
	ck_assert_mem_eq(data + 28, netbios + 28, sizeof(netbios) - 28);
	ck_assert_uint_eq(packet_checksum(data, 20), 0);
}
END_TEST

/* The guard against loops: what was relayed once is not relayed again. */
START_TEST(guard)
{
	ck_assert_int_eq(look(true), PACKET_RELAY);
	packet_rewrite(&packet, 0);
	ck_assert_int_eq(look(true), PACKET_RELAYED);

	set_up();
	data[8] = 1;
	fix();
	ck_assert_int_eq(look(true), PACKET_RELAYED);

	set_up();
	data[26] = data[27] = 0;
	ck_assert_int_eq(look(true), PACKET_RELAYED);
}
END_TEST

/* Some systems speak with their LAN's address on a PPP link. */
START_TEST(source_becomes_the_peers)
{
	ck_assert_int_eq(look(true), PACKET_RELAY);
	packet_rewrite(&packet, IP(10, 0, 0, 200));
	ck_assert_uint_eq(data[12], 10);
	ck_assert_uint_eq(data[15], 200);
	ck_assert_uint_eq(packet_checksum(data, 20), 0);
}
END_TEST

START_TEST(options_of_ip)
{
	memmove(data + 24, data + 20, sizeof(netbios) - 20);
	memset(data + 20, 1, 4);		/* no operation, RFC 791 */
	data[0] = 0x46;
	data[3] = 0x52;
	len = sizeof(netbios) + 4;
	fix();
	ck_assert_int_eq(look(true), PACKET_RELAY);
	ck_assert_uint_eq(packet.dport, 137);
	packet_rewrite(&packet, 0);
	ck_assert_uint_eq(packet_checksum(data, 24), 0);
	ck_assert_uint_eq(data[24 + 6] | data[24 + 7], 0);
	ck_assert_mem_eq(data + 32, netbios + 28, sizeof(netbios) - 28);
}
END_TEST

/* Ethernet pads short frames: that is not part of the packet. */
START_TEST(padding_is_left_behind)
{
	len = sizeof(netbios) + 18;
	ck_assert_int_eq(look(true), PACKET_RELAY);
	ck_assert_uint_eq(packet.len, sizeof(netbios));
}
END_TEST

START_TEST(cut_anywhere)
{
	for (len = 0; len < sizeof(netbios); len++)
		ck_assert_int_eq(look(true), PACKET_BAD);
}
END_TEST

START_TEST(not_for_us)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum packet_verdict verdict;
	} cases[] = {
		{ 0, 0x65, PACKET_BAD },	/* IPv6 */
		{ 0, 0x44, PACKET_BAD },	/* header too short */
		{ 3, 0x13, PACKET_BAD },	/* shorter than its header */
		{ 3, 0x1b, PACKET_BAD },	/* than its UDP header */
		{ 9, 6, PACKET_NOT_UDP },
		{ 9, 1, PACKET_NOT_UDP },
		{ 19, 254, PACKET_NOT_BROADCAST },
		{ 19, 0, PACKET_NOT_BROADCAST },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_up();
		data[cases[i].at] = cases[i].value;
		fix();
		ck_assert_msg(look(true) == cases[i].verdict, "case %zu", i);
	}
	set_up();
	data[11] ^= 1;
	ck_assert_int_eq(look(true), PACKET_BAD);
}
END_TEST

/*
 * A host whose address ends in .255 is none of our business: Poptop tells all
 * callers and the LAN what one of them sends to it.
 */
START_TEST(a_host_is_not_a_broadcast)
{
	const uint32_t src = IP(10, 0, 0, 200);

	ck_assert_int_eq(look_from_to(src, IP(203, 0, 113, 255), false, &net),
	    PACKET_NOT_BROADCAST);
	ck_assert_int_eq(look_from_to(src, IP(10, 1, 7, 255), false, &net),
	    PACKET_NOT_BROADCAST);
	ck_assert_int_eq(look_from_to(src, IP(11, 255, 255, 255), false,
	    &net), PACKET_NOT_BROADCAST);
	ck_assert_int_eq(look_from_to(src, IP(239, 255, 255, 255), false,
	    &net), PACKET_NOT_BROADCAST);

	/* 255.255.255.255, the LAN's, its own by whatever mask */
	ck_assert_int_eq(look_from_to(src, PACKET_ANYONE, false, &net),
	    PACKET_RELAY);
	ck_assert_int_eq(look_from_to(src, IP(192, 168, 0, 255), false, &net),
	    PACKET_RELAY);
	ck_assert_int_eq(look_from_to(src, IP(192, 168, 255, 255), false,
	    &net), PACKET_RELAY);
	ck_assert_int_eq(look_from_to(src, IP(10, 0, 0, 255), false, &net),
	    PACKET_RELAY);
	ck_assert_int_eq(look_from_to(src, IP(10, 255, 255, 255), false,
	    &net), PACKET_RELAY);
	/* a caller who speaks with the address of his LAN */
	ck_assert_int_eq(look_from_to(IP(172, 16, 5, 9), IP(172, 16, 5, 255),
	    false, &net), PACKET_RELAY);
	/* a frame to everybody says it by itself */
	ck_assert_int_eq(look_from_to(src, IP(203, 0, 113, 255), true, &net),
	    PACKET_RELAY);
}
END_TEST

/* What lies where a UDP header would be is the sender's. */
START_TEST(fragments)
{
	uint8_t before[sizeof(netbios)];

	data[6] = 0x20;				/* the first, more follow */
	fix();
	ck_assert_int_eq(look(true), PACKET_RELAY);
	ck_assert(!packet.later);
	packet_rewrite(&packet, 0);
	ck_assert_uint_eq(data[26] | data[27], 0);
	ck_assert_int_eq(look(true), PACKET_RELAYED);

	set_up();
	data[7] = 185;				/* at 1480 */
	fix();
	memcpy(before, data, sizeof(before));
	ck_assert_int_eq(look(true), PACKET_RELAY);
	ck_assert(packet.later);
	ck_assert_uint_eq(packet.dport, 0);
	packet_rewrite(&packet, 0);
	ck_assert_mem_eq(data + 20, before + 20, sizeof(before) - 20);
	ck_assert_int_eq(look(true), PACKET_RELAYED);

	set_up();
	data[7] = 185;
	data[26] = data[27] = 0;		/* no checksum of anybody's */
	fix();
	ck_assert_int_eq(look(true), PACKET_RELAY);
}
END_TEST

START_TEST(multicast_if_it_is_wanted)
{
	static const uint8_t everybody[] = { 255, 255, 255, 255, 255, 255 };
	static const uint8_t mdns[] = { 0x01, 0x00, 0x5e, 0, 0, 0xfb };
	static const uint8_t ssdp[] = { 0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa };
	const uint32_t src = IP(10, 0, 0, 200);
	uint8_t mac[PACKET_MAC_LEN];

	ck_assert_int_eq(look(true), PACKET_RELAY);
	packet_mac(&packet, mac);
	ck_assert_mem_eq(mac, everybody, sizeof(mac));

	ck_assert_int_eq(look_from_to(src, MDNS, false, &net),
	    PACKET_NOT_BROADCAST);
	ck_assert_int_eq(look_from_to(src, IP(224, 0, 0, 252), false,
	    &with_groups), PACKET_NOT_BROADCAST);
	ck_assert_int_eq(look_from_to(src, MDNS, false, &with_groups),
	    PACKET_RELAY);
	packet_mac(&packet, mac);
	ck_assert_mem_eq(mac, mdns, sizeof(mac));
	packet_rewrite(&packet, 0);
	ck_assert_uint_eq(packet.dst, MDNS);
	ck_assert_uint_eq(data[19], 251);
	ck_assert_int_eq(packet_look(&packet, data, len, false, &with_groups),
	    PACKET_RELAYED);

	/* most programs send with TTL 1: that is not the guard's */
	set_up();
	data[8] = 1;
	ck_assert_int_eq(look_from_to(src, groups[1], false, &with_groups),
	    PACKET_RELAY);
	packet_mac(&packet, mac);
	ck_assert_mem_eq(mac, ssdp, sizeof(mac));
	packet_rewrite(&packet, 0);
	ck_assert_int_eq(packet_look(&packet, data, len, false, &with_groups),
	    PACKET_RELAYED);
}
END_TEST

START_TEST(another_destination_and_back)
{
	uint8_t before[sizeof(netbios)];

	ck_assert_int_eq(look(true), PACKET_RELAY);
	packet_rewrite(&packet, 0);
	memcpy(before, data, sizeof(before));
	packet_aim(&packet, IP(10, 8, 0, 255));
	ck_assert_uint_eq(data[16], 10);
	ck_assert_uint_eq(packet_checksum(data, 20), 0);
	packet_aim(&packet, PACKET_ANYONE);
	ck_assert_mem_eq(data, before, sizeof(before));
}
END_TEST

/* --- the kernel's filter ------------------------------------------------- */

static uint32_t state;

static uint32_t
prng(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* One of few values at each place that decides. */
static void
random_packet(void)
{
	static const uint8_t ttls[] = { 0, 1, 2, 64 };
	static const uint8_t protocols[] = { 17, 17, 17, 6 };
	static const uint32_t dsts[] = { UINT32_MAX, IP(192, 168, 0, 255),
		IP(192, 168, 0, 7), MDNS, IP(224, 0, 0, 252),
		IP(239, 255, 255, 250) };
	static const uint16_t offsets[] = { 0, 0, 0x2000, 0x4000, 0x0010,
		0x2010 };
	uint16_t offset = offsets[prng() % 6];
	size_t header;

	set_up();
	if (prng() % 4 == 0) {			/* with options */
		memmove(data + 28, data + 20, sizeof(netbios) - 20);
		memset(data + 20, 1, 8);
		data[0] = 0x47;
		data[3] += 8;
		len += 8;
	}
	header = (size_t)(data[0] & 0xf) * 4;
	data[6] = (uint8_t)(offset >> 8);
	data[7] = (uint8_t)offset;
	data[8] = ttls[prng() % 4];
	data[9] = protocols[prng() % 4];
	put32(data + 16, dsts[prng() % 6]);
	if (prng() % 2 == 0)
		data[header + 6] = data[header + 7] = 0;
	fix();
}

/* The filter lets through what will be relayed, and nothing else wakes us. */
static void
check_filter(const struct packet_net *for_net)
{
	char *text = filter_text(for_net->group, for_net->n_group);
	pcap_t *pcap = pcap_open_dead(DLT_RAW, 65535);
	struct pcap_pkthdr header;
	struct bpf_program program;
	unsigned int relayed = 0;

	ck_assert_ptr_nonnull(text);
	ck_assert_msg(pcap_compile(pcap, &program, text, 1,
	    PCAP_NETMASK_UNKNOWN) == 0, "%s: %s", text, pcap_geterr(pcap));
	memset(&header, 0, sizeof(header));
	state = SEED;
	for (int i = 0; i < 20000; i++) {
		bool passes, relays;

		random_packet();
		header.caplen = header.len = (bpf_u_int32)len;
		passes = pcap_offline_filter(&program, &header, data) != 0;
		relays = packet_look(&packet, data, len, true, for_net) ==
		    PACKET_RELAY;
		ck_assert_msg(passes == relays, "packet %d: %d %d", i, passes,
		    relays);
		relayed += relays;
	}
	ck_assert_uint_gt(relayed, 1000);
	ck_assert_uint_lt(relayed, 19000);
	pcap_freecode(&program);
	pcap_close(pcap);
	free(text);
}

START_TEST(filter_is_what_is_relayed)
{
	check_filter(&net);
	check_filter(&with_groups);
}
END_TEST

/* --- names --------------------------------------------------------------- */

static bool
matches(const char *text, const char *interface)
{
	struct names names;
	char why[128];
	bool is;

	ck_assert(names_init(&names, text, why, sizeof(why)));
	is = names_match(&names, interface);
	names_free(&names);
	return is;
}

START_TEST(names)
{
	struct names n;
	char why[128] = "";

	ck_assert(matches("ppp[0-9].*", "ppp0"));
	ck_assert(matches("ppp[0-9].*", "ppp137"));
	ck_assert(!matches("ppp[0-9].*", "pppoe"));
	ck_assert(matches("eth1", "eth1"));
	ck_assert(matches("eth1", "eth10"));	/* as in Poptop */
	ck_assert(matches("eth1", "veth1"));
	ck_assert(matches("ETH1", "eth1"));
	ck_assert(matches("^(br0|lan)$", "lan"));
	ck_assert(matches("=eth1", "eth1"));
	ck_assert(!matches("=eth1", "eth10"));
	ck_assert(!matches("=eth1", "ETH1"));
	ck_assert(!matches("=eth[1]", "eth1"));
	ck_assert(!matches(NULL, "eth1"));
	ck_assert(!names_init(&n, "ppp[0-9", why, sizeof(why)));
	ck_assert_str_ne(why, "");
	ck_assert(!names_init(&n, "=", why, sizeof(why)));
}
END_TEST

/* --- the command line ---------------------------------------------------- */

static struct args args;
static char why[512];

static enum args_action
parse(const char *line)
{
	static char buf[1024];
	char *argv[32] = { buf }, *word;
	int argc = 1;

	args_free(&args);
	snprintf(buf, sizeof(buf), "bcrelay %s", line);
	strtok(buf, " ");
	while ((word = strtok(NULL, " ")) != NULL)
		argv[argc++] = word;
	return args_parse(&args, argc, argv, why, sizeof(why));
}

START_TEST(poptops_command_line)
{
	ck_assert_int_eq(parse("-i eth1 -o ppp[0-9].* -n"), ARGS_RUN);
	ck_assert(args.quiet);
	ck_assert(!args.daemon);
	ck_assert_uint_eq(args.cpu, ARGS_CPU);
	ck_assert(names_match(&args.in, "eth1"));
	ck_assert(names_match(&args.out, "ppp7"));
	ck_assert_int_eq(parse("--incoming a --outgoing b --daemon --nolog "
	    "--pidfile /x"), ARGS_RUN);
	ck_assert(args.daemon && args.quiet);
	ck_assert_str_eq(args.pidfile, "/x");
	ck_assert_int_eq(parse("-h"), ARGS_USAGE);
	ck_assert_int_eq(parse("--version"), ARGS_VERSION);
	ck_assert_int_eq(parse(""), ARGS_WRONG);
	ck_assert_str_eq(why, "Incoming interface required!");
	ck_assert_int_eq(parse("-i eth1"), ARGS_WRONG);
	ck_assert_str_eq(why, "Listen-mode or outgoing or IPsec interface "
	    "required!");
	ck_assert_int_eq(parse("-i eth1 -o ppp extra"), ARGS_WRONG);
	ck_assert_int_eq(parse("-i eth[ -o ppp"), ARGS_WRONG);
	ck_assert_ptr_nonnull(strstr(why, "-i eth["));
	/* longer than what Poptop has room for */
	ck_assert_int_eq(parse("-i ^(br0|lan[0-9]+|enp[0-9]s[0-9]+)$ -o "
	    "^ppp1[0-9]*$"), ARGS_RUN);
	ck_assert(names_match(&args.in, "enp3s0"));
}
END_TEST

START_TEST(ipsec)
{
	static const char *const bad[] = { "bad", "ipsec:1.2.3.255",
		"ipsec0:1.2.3.4", "ipsec0", "ipsec0:", "ipsecx:1.2.3.255",
		"ipsec0:1.2.255", "ipsec01234567890123:1.2.3.255" };
	char line[64];

	ck_assert_int_eq(parse("-i eth1 -s ipsec10:10.8.0.255"), ARGS_RUN);
	ck_assert_str_eq(args.ipsec, "ipsec10");
	ck_assert_uint_eq(args.ipsec_dst, IP(10, 8, 0, 255));
	ck_assert(!names_match(&args.out, "eth1"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "-i eth1 -s %s", bad[i]);
		ck_assert_int_eq(parse(line), ARGS_WRONG_IPSEC);
		ck_assert_ptr_nonnull(strstr(why, "Bad syntax: "));
	}
}
END_TEST

START_TEST(what_is_new)
{
	ck_assert_int_eq(parse("-i a -o b -m mdns,ssdp,239.1.2.3,mdns -r 50 "
	    "-c 30"), ARGS_RUN);
	ck_assert_uint_eq(args.n_group, 3);
	ck_assert_uint_eq(args.group[0], MDNS);
	ck_assert_uint_eq(args.group[1], groups[1]);
	ck_assert_uint_eq(args.group[2], IP(239, 1, 2, 3));
	ck_assert_uint_eq(args.rate, 50);
	ck_assert_uint_eq(args.cpu, 30);
	ck_assert_int_eq(parse("-i a -o b -m 10.0.0.1"), ARGS_WRONG);
	ck_assert_int_eq(parse("-i a -o b -m mdns,"), ARGS_WRONG);
	ck_assert_int_eq(parse("-i a -o b -r -1"), ARGS_WRONG);
	ck_assert_int_eq(parse("-i a -o b -r 5x"), ARGS_WRONG);
	ck_assert_int_eq(parse("-i a -o b -c 0"), ARGS_WRONG);
	ck_assert_int_eq(parse("-i a -o b -c 101"), ARGS_WRONG);
	ck_assert_ptr_nonnull(strstr(why, "\"101\""));
}
END_TEST

START_TEST(usage_names_all_options)
{
	static const char *const all[] = { "-d", "--daemon", "-h", "--help",
		"-i", "--incoming", "-n", "--nolog", "-o", "--outgoing", "-s",
		"--ipsec", "-v", "--version", "-p", "--pidfile", "-m",
		"--multicast", "-r", "--rate", "-c", "--cpu" };
	char *text = args_usage("/usr/sbin/bcrelay", "2.0.0"), word[32];

	ck_assert_ptr_nonnull(strstr(text, "BCrelay v2.0.0\n"));
	ck_assert_ptr_nonnull(strstr(text, "/usr/sbin/bcrelay [options]"));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(word, sizeof(word), all[i][1] == '-' ? "[%s" : "[%s]",
		    all[i]);
		ck_assert_msg(strstr(text, word) != NULL, "%s", all[i]);
	}
	free(text);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_add_test(tc, name_query_is_relayed);
	tcase_add_test(tc, guard);
	tcase_add_test(tc, source_becomes_the_peers);
	tcase_add_test(tc, options_of_ip);
	tcase_add_test(tc, padding_is_left_behind);
	tcase_add_test(tc, cut_anywhere);
	tcase_add_test(tc, not_for_us);
	tcase_add_test(tc, a_host_is_not_a_broadcast);
	tcase_add_test(tc, fragments);
	tcase_add_test(tc, multicast_if_it_is_wanted);
	tcase_add_test(tc, another_destination_and_back);
	tcase_add_test(tc, filter_is_what_is_relayed);
	tcase_add_test(tc, names);
	tcase_add_test(tc, poptops_command_line);
	tcase_add_test(tc, ipsec);
	tcase_add_test(tc, what_is_new);
	tcase_add_test(tc, usage_names_all_options);
}

int
main(void)
{
	return unit_main("bcrelay", tests);
}
