/* The configuration of the RADIUS client: the text of radius.conf. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RADIUS_CONF_H
#define PPTPD_RADIUS_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "radius.h"
#include "radius_send.h"

#define RADIUS_SERVERS_MAX	16
#define RADIUS_SECRET_MAX	255	/* octets */
#define RADIUS_PATH_MAX		256	/* of a secret's file, with its NUL */
#define RADIUS_ADDRESS_MAX	46	/* INET6_ADDRSTRLEN */

/* Which answers to an Access-Request need a Message-Authenticator. */
enum radius_require {
	RADIUS_REQUIRE_AUTO,	/* of a server that has sent one before */
	RADIUS_REQUIRE_YES,
	RADIUS_REQUIRE_NO
};

struct radius_server {
	char	 address[RADIUS_ADDRESS_MAX];	/* IPv4 or IPv6, as given */
	bool	 v6;
	uint8_t	 octets[16];		/* the same, network order */
	uint16_t auth_port, acct_port;
	char	 secret_file[RADIUS_PATH_MAX];
	uint32_t priority;		/* the lowest is asked first */
	uint32_t weight;		/* among those of one priority */
	uint32_t limit;			/* requests under way; 0: any */
	unsigned line;			/* of the file */
	/* Filled by who reads the file of the secret. */
	uint8_t	 secret_octets[RADIUS_SECRET_MAX];
	size_t	 secret_len;
};

#define COA_LISTEN_MAX	4
#define COA_PORT	3799	/* RFC 5176, 2 */

struct radius_listen {
	char	 address[RADIUS_ADDRESS_MAX];
	bool	 v6;
	uint8_t	 octets[16];
	uint16_t port;
};

/* Disconnect and CoA; no listen: they are off. */
struct radius_coa {
	struct radius_listen listen[COA_LISTEN_MAX];
	unsigned listens;
	struct radius_server client[RADIUS_SERVERS_MAX];	/* no ports */
	unsigned clients;
	uint32_t window;		/* s that a request may be old; 0: any */
};

struct radius_conf {
	struct radius_server servers[RADIUS_SERVERS_MAX];
	unsigned n;
	uint32_t timeout;		/* s to the first retransmission */
	uint32_t tries;			/* of a server, before the next */
	uint32_t deadline;		/* s that a login may take */
	uint32_t dead_time;		/* s without requests to a dead one */
	uint32_t interim;		/* s, where the server says nothing */
	char	 nas_identifier[RADIUS_VALUE_MAX + 1];	/* "": host name */
	uint32_t nas_ip;		/* network order; 0: not sent */
	bool	 accounting;
	enum radius_require require;
	struct radius_coa coa;
	char	 dictionary[RADIUS_PATH_MAX];	/* "": FreeRADIUS's */
	struct radius_send send[RADIUS_SENDS_MAX];
	unsigned sends;
	unsigned errors;
};

/*
 * Reads the text of a file.  Each error is logged with the file, its line, and
 * the value.  False if there was one; then *conf is not to be used.
 */
bool	radius_conf_parse(struct radius_conf *, const char *file,
	    const char *text, size_t len);
/*
 * Takes a secret from the contents of its file: its first line.  False with the
 * reason logged.
 */
bool	radius_conf_secret(struct radius_server *, const char *text,
	    size_t len);

#endif
