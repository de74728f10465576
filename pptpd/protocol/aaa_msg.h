/*
 * Messages between pptpd-aaa.so, inside pppd, and the process pptpd-aaa; and
 * between pptpdctl and that.
 */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_AAA_MSG_H
#define PPTPD_AAA_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rate.h"

/*
 * One message is one packet of a SOCK_SEQPACKET socket.  It begins with
 * version, type and the length of the whole (16 bits).  The rest is the members
 * of the struct below in their order, in network order; texts and octets are a
 * length (16 bits) and so many octets.  pppd has rights, and pptpd-aaa reads
 * what peers and servers send: so the plugin trusts no octet of a reply, and
 * pptpd-aaa none of a request.
 */
#define AAA_MSG_VERSION	6
#define AAA_MSG_MAX	4096	/* octets; no message is longer */

#define AAA_NAME_MAX	253	/* octets of a RADIUS text (RFC 2865, 5) */
#define AAA_ID_MAX	32	/* of an Acct-Session-Id */
#define AAA_SECRET_MAX	255	/* of a password, challenge or response */
#define AAA_CLASS_MAX	1024	/* of all Class attributes */
#define AAA_KEY_LEN	16	/* of a key of MPPE */
#define AAA_IFNAME_LEN	16	/* IFNAMSIZ: with its NUL */
#define AAA_ROUTES_MAX	32	/* networks behind a peer */
#define AAA_ROUTE_BITS	8	/* of the shortest prefix of such a network */
#define AAA_PREFIXES_MAX 4	/* the same of IPv6 */
#define AAA_PREFIX_BITS	16
#define AAA_IP6_LEN	16	/* octets of an address */
#define AAA_IFID_LEN	8	/* of an interface identifier (RFC 5072) */

enum aaa_msg_type {
	AAA_LOGIN = 1,		/* plugin: may this peer have the call? */
	AAA_REPLY,		/* answer to it */
	AAA_ACCT,		/* plugin: start, interim or stop of the call */
	AAA_TAKEN,		/* answer to it: pptpd-aaa sees to the rest */
	AAA_ORDER,		/* pptpd-aaa, at any time: change or end the call */
	AAA_DONE,		/* answer to it */
	AAA_LOOK,		/* pptpdctl: how is it? */
	AAA_STATE,		/* answer to it */
	AAA_TYPES		/* one more than the last of them */
};

enum aaa_method {
	AAA_PAP = 1,
	AAA_CHAP_MD5,
	AAA_MSCHAP,
	AAA_MSCHAP_V2,
	AAA_METHODS
};

enum aaa_verdict {
	AAA_ACCEPT = 1,
	AAA_REJECT,
	AAA_UNAVAILABLE,	/* nobody could be asked: as AAA_REJECT */
	AAA_VERDICTS
};

/* Values of Acct-Status-Type (RFC 2866, 5.1). */
enum aaa_status {
	AAA_START = 1,
	AAA_STOP = 2,
	AAA_INTERIM = 3
};

#define AAA_CAUSE_MAX	18	/* Acct-Terminate-Cause (RFC 2866, 5.10) */

/* A text without NUL within; unknown octets of a peer. */
struct aaa_text {
	uint16_t len;
	char	 text[AAA_NAME_MAX + 1];	/* with its NUL */
};

struct aaa_octets {
	uint16_t len;
	uint8_t	 octets[AAA_SECRET_MAX];
};

/* What is known of a call; both requests begin with it. */
struct aaa_call {
	char	 id[AAA_ID_MAX + 1];	/* session id: hex digits */
	uint32_t client, server;	/* of the control connection, network
					   order; server may be 0 */
	uint32_t unit;			/* of the interface */
	struct aaa_text name;		/* as the peer sent it */
};

struct aaa_class {
	uint16_t len;			/* values, each after its length (8
					   bits), which is not 0 */
	uint8_t	 octets[AAA_CLASS_MAX];
};

struct aaa_login {
	struct aaa_call call;
	enum aaa_method method;
	uint8_t	 chap_id;		/* Identifier of the response */
	struct aaa_octets challenge;	/* empty with PAP */
	struct aaa_octets response;	/* with PAP the password */
	struct aaa_text	our_name;	/* pppd's option name; may be "" */
};

/*
 * A network behind the peer.  None is shorter than AAA_ROUTE_BITS, none is one
 * of loopback or multicast, and no bit is set below its prefix.
 */
struct aaa_route {
	uint32_t net;			/* network order */
	uint8_t	 bits;
	uint32_t metric;		/* 0: the kernel's */
};

/* The same of IPv6; at least AAA_PREFIX_BITS, and global unicast. */
struct aaa_prefix {
	uint8_t	 net[AAA_IP6_LEN];
	uint8_t	 bits;
};

/* Octets after which a call ends; 0: no such limit.  In: from the peer. */
struct aaa_quota {
	uint64_t in, out, total;
};

struct aaa_reply {
	enum aaa_verdict verdict;
	struct aaa_text message;	/* for the peer; may be "" */
	/* The rest is zero unless the peer is accepted. */
	uint32_t address;		/* of the peer, network order;
					   AAA_ADDRESS_*; 0: not said */
	uint32_t session_timeout;	/* s; 0: none */
	uint32_t idle_timeout;		/* s; 0: none */
	uint32_t interim;		/* s between reports; 0: none */
	uint32_t mtu;			/* 0: not said */
	uint32_t dns[2], wins[2];	/* network order; 0: none */
	uint32_t mppe_policy;		/* 1 allowed, 2 required; 0: not said */
	uint32_t mppe_types;		/* 2: 40 bits, 4: 128 bits (RFC 2548) */
	bool	 has_keys;
	uint8_t	 send_key[AAA_KEY_LEN];	/* MS-CHAPv1: the hash of the hash */
	uint8_t	 recv_key[AAA_KEY_LEN];	/* MS-CHAPv1: zero */
	struct aaa_class class;
	struct aaa_text filter_id, framed_route;	/* for scripts */
	struct aaa_text pool;		/* of pptpd.conf, or none of it; if
					   address is not said */
	struct rate_limits limits;
	struct aaa_quota quota;
	struct aaa_route routes[AAA_ROUTES_MAX];
	uint8_t	 nroutes;
	bool	 has_ifid;
	uint8_t	 ifid[AAA_IFID_LEN];	/* of the peer */
	struct aaa_prefix prefixes[AAA_PREFIXES_MAX];
	uint8_t	 nprefixes;
};

/* Values of Framed-IP-Address (RFC 2865, 5.8), in host order. */
#define AAA_ADDRESS_PEER	0xffffffffU	/* the peer may choose */
#define AAA_ADDRESS_NAS		0xfffffffeU	/* the server may choose */

struct aaa_acct {
	struct aaa_call call;
	enum aaa_status status;
	enum aaa_method method;		/* by which the peer logged in */
	uint32_t address;		/* of the peer, network order */
	char	 ifname[AAA_IFNAME_LEN];
	uint32_t seconds;		/* since the start */
	uint64_t octets_in, octets_out;	/* in: from the peer */
	uint32_t packets_in, packets_out;
	uint32_t cause;			/* of a stop; else 0 */
	struct aaa_class class;
};

/* What an order changes; a bit for each. */
enum aaa_change {
	AAA_CHANGE_SESSION = 0x1,
	AAA_CHANGE_IDLE = 0x2,
	AAA_CHANGE_INTERIM = 0x4,
	AAA_CHANGE_CLASS = 0x8,
	AAA_CHANGE_FILTER = 0x10,
	AAA_CHANGE_LIMITS = 0x20,
	AAA_CHANGES = 0x3f
};

/* A server's word about a call that is up.  All of it is done, or nothing. */
struct aaa_order {
	uint32_t number;		/* for the answer */
	bool	 end;			/* the call ends; no changes */
	uint32_t changes;		/* AAA_CHANGE_* */
	uint32_t session_timeout;	/* s since the start; not 0 */
	uint32_t idle_timeout;		/* s; 0: none */
	uint32_t interim;		/* s between reports; 0: none */
	struct aaa_class class;
	struct aaa_text filter_id;
	struct rate_limits limits;
};

struct aaa_done {
	uint32_t number;		/* of the order */
	bool	 fine;			/* false: nothing has changed */
};

/* --- the state of pptpd-aaa, for pptpdctl -------------------------------- */

#define AAA_SERVERS_MAX	16	/* RADIUS servers */
#define AAA_ADDRESS_LEN	46	/* INET6_ADDRSTRLEN */
#define AAA_TIMES	14	/* classes of a histogram: state/histogram.h */
/* No counter is larger: whole numbers of a double, and of JSON. */
#define AAA_COUNT_MAX	(UINT64_C(1) << 53)

enum aaa_kind {
	AAA_KIND_RADIUS = 1,
	AAA_KIND_EXEC,
	AAA_KIND_FILE,
	AAA_KINDS
};

/* What is counted since pptpd-aaa has started. */
enum aaa_count {
	AAA_COUNT_ACCEPTED,		/* logins */
	AAA_COUNT_REJECTED,
	AAA_COUNT_UNAVAILABLE,
	AAA_COUNT_LOST,			/* records of accounting */
	AAA_COUNT_COA_DONE,		/* Disconnect and CoA requests */
	AAA_COUNT_COA_REFUSED,
	AAA_COUNT_COA_IGNORED,
	AAA_COUNT_QUESTIONS,		/* to a program: answered, or not */
	AAA_COUNT_FAILURES,		/* those of them without an answer */
	AAA_COUNTS
};

/* The same, of one RADIUS server. */
enum aaa_server_count {
	AAA_SERVER_LOGINS,		/* requests, without repetitions */
	AAA_SERVER_RECORDS,		/* the same of accounting */
	AAA_SERVER_ACCEPTS,		/* answers that are right */
	AAA_SERVER_REJECTS,
	AAA_SERVER_CHALLENGES,
	AAA_SERVER_TAKEN,		/* Accounting-Response */
	AAA_SERVER_TIMEOUTS,		/* waits in vain, each repetition's */
	AAA_SERVER_WRONG,		/* packets that nobody could trust */
	AAA_SERVER_LATE,		/* answers to no question, or late */
	AAA_SERVER_COUNTS
};

struct aaa_server {
	char	 address[AAA_ADDRESS_LEN];	/* IPv4 or IPv6 */
	bool	 alive;			/* false: it is taken for dead */
	uint32_t under_way;		/* requests that wait for it */
	uint64_t count[AAA_SERVER_COUNTS];
	/* From the packet to its answer: counts of classes, and the sum. */
	uint64_t times[AAA_TIMES];
	uint64_t sum_us;
};

/* pptpd-aaa as a whole, and one of its servers: a message stays short. */
struct aaa_state {
	enum aaa_kind kind;
	uint32_t waiting;		/* records of accounting, here */
	uint32_t stored;		/* those of them that are on the disk */
	uint32_t workers;		/* processes of a program, at most */
	uint32_t busy;			/* those of them that are asked */
	uint64_t count[AAA_COUNTS];
	uint8_t	 nservers;		/* that there are */
	uint8_t	 at;			/* which one this is; as asked */
	struct aaa_server server;	/* zero if there is no such one */
};

/*
 * pppd's exit status when an order has ended the call.  It is none of pppd's
 * own, of which the last is 21.
 */
#define AAA_EXIT_ORDERED	100

/* The member that belongs to the type is valid; AAA_TAKEN has none. */
struct aaa_msg {
	enum aaa_msg_type type;
	union {
		struct aaa_login login;
		struct aaa_reply reply;
		struct aaa_acct acct;
		struct aaa_order order;
		struct aaa_done done;
		uint8_t	 look;		/* at which server, from 0 on */
		struct aaa_state state;
	} u;
};

/* Reads a message.  False: it is none; then *msg is undefined. */
bool	aaa_msg_decode(const void *, size_t, struct aaa_msg *);
/*
 * Writes one; buf has room for AAA_MSG_MAX octets.  Returns the length; 0: a
 * value is not one of those above, and the reader would refuse it.
 */
size_t	aaa_msg_encode(const struct aaa_msg *, void *buf);
/* Whether there may be such a network behind a peer. */
bool	aaa_route_fits(const struct aaa_route *);
bool	aaa_prefix_fits(const struct aaa_prefix *);
/* Sets a text; false and "" if it is too long or has a NUL within. */
bool	aaa_text_set(struct aaa_text *, const void *, size_t len);
/* Sets octets; false and empty if there are too many. */
bool	aaa_octets_set(struct aaa_octets *, const void *, size_t len);
/* Adds one value; false: no room, or it is empty or too long. */
bool	aaa_class_add(struct aaa_class *, const void *, size_t len);
/*
 * The next value, from *at on, which begins as 0 and is moved on.  NULL: no
 * more.
 */
const uint8_t *aaa_class_next(const struct aaa_class *, size_t *at,
	    size_t *len);

#endif
