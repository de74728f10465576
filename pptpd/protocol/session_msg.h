/* Messages of fixed size that pptpd-session.so sends from inside pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SESSION_MSG_H
#define PPTPD_SESSION_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One message is one datagram.  It begins with version, type and the length
 * of the whole (16 bits).  The rest has a fixed layout for each type, is
 * big-endian, and pads texts with zeros.  The sender runs as root, but copies
 * some of it from a peer: the reader trusts no octet.
 *
 * The keeper sends SESSION_KEEPER when pppd starts, so that the plugin knows
 * whether to wait for SESSION_GO after its SESSION_AUTH.  A keeper that sends
 * no SESSION_KEEPER is older than the plugin, and answers nothing.
 *
 * The plugin has an encoder of its own, plugins/session-encode.h, because it
 * may not bring any function into pppd.
 */
#define SESSION_MSG_VERSION 1
#define SESSION_MSG_MAX	    264	/* octets; no message is longer */

#define SESSION_NAME_MAX    255	/* octets of a user's name */
#define SESSION_IFNAME_LEN  16	/* IFNAMSIZ: with its NUL */
#define SESSION_TEXT_LEN    200	/* of SESSION_USER_FILE and the like, with
				   its NUL */
#define SESSION_PPPD_LEN    16	/* a version of pppd, with its NUL */

enum session_msg_type {
	SESSION_HELLO = 1,	/* the plugin is there */
	SESSION_PHASE,		/* pppd has entered a phase */
	SESSION_AUTH,		/* pppd has authenticated the peer */
	SESSION_MPPE,		/* CCP is up, or renegotiated */
	SESSION_IP_UP,		/* IPCP is up */
	SESSION_IP_DOWN,	/* IPCP is down; octets and time */
	SESSION_EXIT,		/* pppd exits now */
	SESSION_LOGINS,		/* how often the user may be logged in;
				   before SESSION_AUTH */
	SESSION_USER_FILE,	/* the file of the user's options is not good;
				   before SESSION_AUTH */
	/* keeper -> plugin */
	SESSION_KEEPER,		/* whether every user is waited for */
	SESSION_GO,		/* whether the user may go on */
	/* plugin -> keeper */
	SESSION_NO_ADDRESS	/* the user's pool has none for him */
};

/* pppd's phases, in the order of pppd.h (the same in 2.4 and 2.5). */
enum session_phase {
	SESSION_DEAD,
	SESSION_INITIALIZE,
	SESSION_SERIALCONN,
	SESSION_DORMANT,
	SESSION_ESTABLISH,
	SESSION_AUTHENTICATE,
	SESSION_CALLBACK,
	SESSION_NETWORK,
	SESSION_RUNNING,
	SESSION_TERMINATE,
	SESSION_DISCONNECT,
	SESSION_HOLDOFF,
	SESSION_MASTER,
	SESSION_PHASES		/* how many there are */
};

/* How the peer was authenticated. */
enum session_auth {
	SESSION_AUTH_NONE,	/* noauth */
	SESSION_AUTH_PAP,
	SESSION_AUTH_CHAP_MD5,
	SESSION_AUTH_MSCHAP,
	SESSION_AUTH_MSCHAP_V2,
	SESSION_AUTH_EAP,
	SESSION_AUTHS		/* how many there are */
};

/* The member of the union that belongs to the type is valid. */
struct session_msg {
	enum session_msg_type type;
	union {
		struct {
			uint32_t pid;		/* pppd's */
			char	 pppd[SESSION_PPPD_LEN]; /* its version */
		} hello;
		enum session_phase phase;
		struct {
			enum session_auth method;
			/* As the peer sent it: escape before logging.  No NUL
			   within; "" with SESSION_AUTH_NONE. */
			char	 name[SESSION_NAME_MAX + 1];
		} auth;
		struct {
			uint8_t	 send_bits;	/* 0 (clear), 40, 56 or 128 */
			uint8_t	 recv_bits;
			bool	 stateful;	/* either direction */
		} mppe;
		struct {
			char	 ifname[SESSION_IFNAME_LEN];
			uint32_t unit;
			uint32_t local;		/* network order, as all here */
			uint32_t remote;
			uint32_t dns[2];	/* given to the peer; 0: none */
			uint32_t wins[2];
		} ip_up;
		struct {
			uint64_t octets_in;	/* from the peer */
			uint64_t octets_out;
			uint32_t packets_in;
			uint32_t packets_out;
			uint32_t seconds;	/* that the link was up */
		} ip_down;
		uint8_t	 exit_status;		/* EXIT STATUS of pppd(8) */
		struct {
			uint32_t max;		/* calls at a time; 0: any */
			bool	 replace;	/* the new one ends the oldest */
		} logins;
		/* Of SESSION_USER_FILE file, line and why, of
		   SESSION_NO_ADDRESS user, pool and why; may hold any octet
		   but NUL. */
		char	 why[SESSION_TEXT_LEN];
		bool	 waits_for_all;
		bool	 go;
	} u;
};

/*
 * Reads one datagram.  False: its length is not exactly that of its type, or a
 * value is not one of those above; then *msg is undefined.
 */
bool	session_msg_decode(const void *, size_t, struct session_msg *);
/*
 * Writes one, for tests and other programs that send the same messages.  buf
 * has room for SESSION_MSG_MAX octets.  Returns the length; 0: msg is invalid.
 */
size_t	session_msg_encode(const struct session_msg *, void *buf);

/* For log lines: "network", "MS-CHAPv2". */
const char *session_phase_name(enum session_phase);
const char *session_auth_name(enum session_auth);

#endif
