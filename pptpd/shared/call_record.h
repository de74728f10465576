/* The record of one call: its state, which must outlive an engine. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_RECORD_H
#define PPTPD_CALL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/layout.h"
#include "shared/login_seal.h"
#include "state/client_says.h"
#include "state/ctrl.h"
#include "state/diagnosis.h"
#include "state/gre_window.h"
#include "state/login_steps.h"
#include "state/session_id.h"

#define CALL_RECORD_MAGIC	0x50505450U	/* "PPTP" */
#define CALL_RECORD_VERSION	12
#define CALL_ADDR_TEXT		64	/* an address as configured */
#define CALL_USER_TEXT		LOGIN_USER	/* a user's name, escaped for the log */

#define CALL_FLAG_DEBUG		0x01	/* pptpctrl logs debug lines */
#define CALL_FLAG_STDERR	0x02	/* pptpctrl logs to stderr too */
#define CALL_FLAG_LOGWTMP	0x04	/* pppd's plugin records the login */
#define CALL_FLAG_OWN_WTMP	0x08	/* pptpctrl records the login */
#define CALL_FLAG_KERNEL	0x10	/* kernel data path */
#define CALL_FLAG_LOGINS	0x20	/* pppd waits for who has logged in */

/*
 * A record is a sealed memfd: the keeper holds the descriptor, the engine maps
 * it.  Plain data, no pointers; addresses in network order; times of
 * CLOCK_MONOTONIC.  A change of layout changes CALL_RECORD_VERSION.
 */
struct call_record {
	/* Written by the monitor before the call starts, for the engine. */
	uint32_t	magic, version, size;
	uint32_t	flags;			/* CALL_FLAG_* */
	int32_t		slot;			/* -1: delegate */
	uint32_t	client_addr;		/* the peer of the control connection */
	uint32_t	server_addr;		/* its address on our side */
	uint16_t	our_id, peer_id;
	uint64_t	started_ms;
	char		local[CALL_ADDR_TEXT];	/* "" with delegate */
	char		remote[CALL_ADDR_TEXT];
	char		session[SESSION_ID_TEXT];	/* never comes again */
	uint32_t	checksum;		/* of all members above */

	/* Written by the keeper; unknown values are empty. */
	int32_t		pppd_pid;		/* 0: none */
	char		user[CALL_USER_TEXT];	/* authenticated, escaped */
	char		ifname[16];		/* of pppd, while IP is up */
	uint32_t	ip_local, ip_remote;	/* the last ones of IP, which
						   pppd may have from elsewhere;
						   0: IP has not been up */
	uint64_t	login_ms;	/* when the user logged in; 0: not yet */
	uint32_t	login_max;	/* calls that his file allows ... */
	uint8_t		login_own;	/* ... 1: it says so, ... */
	uint8_t		login_replace;	/* ... 1: a new one ends the oldest */
	uint8_t		login_waits;	/* 1: pppd waits for IPC_ADMIT */
	uint64_t	login_seal;	/* login_seal() */

	/*
	 * Written by the engine.  With CALL_FLAG_KERNEL the keeper writes
	 * octets and packets; it clears the flag if the kernel refuses the
	 * call.
	 */
	enum ctrl_end	end;
	uint32_t	diagnosis;	/* enum diagnosis_verdict */
	uint32_t	diagnosis_detail;	/* diagnosis_detail() */
	struct client_says says;
	uint64_t	octets_in, octets_out;	/* PPP octets, from / to client */
	uint64_t	packets_in, packets_out;
	uint64_t	acks_in, acks_out;	/* packets with one */
	struct login_steps login;	/* as far as an engine saw it */
	struct ctrl	ctrl;
	struct gre_rx	rx;
	struct gre_tx	tx;
	struct gre_ack	ack;
};
LAYOUT(struct call_record, CALL_RECORD_VERSION, 12, 3152);

/*
 * Makes a record in a new memfd of fixed size, with magic, version and size
 * filled in.  Returns the descriptor (close-on-exec) and maps the record at
 * *rec; -1 with errno set on error.
 */
int	call_record_create(struct call_record **rec);
/*
 * Maps the record behind fd.  A less trusted process may have made it, so
 * seals, size, magic and version are checked.  NULL with errno set on error:
 * EPROTONOSUPPORT for a record of another version.
 */
struct call_record *call_record_map(int fd);
void	call_record_unmap(struct call_record *);
/*
 * The address of the client, or of ours in the tunnel, as text: what IP has had,
 * else the configured one, which may be "".
 */
const char *call_record_remote(const struct call_record *,
	    char [CALL_ADDR_TEXT]);
const char *call_record_local(const struct call_record *,
	    char [CALL_ADDR_TEXT]);
/* Sets the checksum, after the monitor has written its members. */
void	call_record_seal(struct call_record *);
/* Whether the checksum fits the monitor's members. */
bool	call_record_is_intact(const struct call_record *);

#endif
