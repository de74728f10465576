/* Control connection and its call as state machines: RFC 2637 sections 2, 3. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CTRL_H
#define PPTPD_CTRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/pptp_msg.h"
#include "state/ctrl_end.h"
#include "state/stream.h"

/* Times are milliseconds of a monotonic clock; the caller passes "now". */
#define CTRL_IDLE_MS	60000	/* silence before an Echo-Request (3.1.4) */
#define CTRL_ECHO_MS	60000	/* wait for its reply (3.1.4) */
#define CTRL_CALL_MS	60000	/* wait for an OCRQ, and for the start
					   of a call (3.2.1) */
#define CTRL_STOP_MS	5000	/* wait for StopCCRP */
#define CTRL_PARTIAL_MS	10000	/* wait for the rest of a message */
#define CTRL_FLUSH_MS	2000	/* to send the last octets when closing */

#define CTRL_OUT_MAX	2048	/* replies that a peer has not read yet */
#define CTRL_WINDOW_USUAL 64	/* for a client that says 0; as Windows has */
#define CTRL_ADDR_LEN	16	/* dotted quad and NUL */

enum ctrl_state {
	CTRL_IDLE,		/* TCP is open, no SCCRQ yet */
	CTRL_ESTABLISHED,
	CTRL_WAIT_STOP_REPLY,	/* our StopCCRQ is out */
	CTRL_CLOSED		/* only out[] is still sent */
};

enum ctrl_call_state {
	CTRL_CALL_NONE,
	CTRL_CALL_WAIT_START,	/* pppd is being started, no OCRP yet */
	CTRL_CALL_UP		/* OCRP 1 is out */
};

/* What the caller has to do after an event; a set of bits. */
#define CTRL_DO_START	0x01	/* start the call in ctrl->call */
#define CTRL_DO_END	0x02	/* end the call, for ctrl->end; if NONE,
				   its start failed: the connection stays */
#define CTRL_DO_CLOSE	0x04	/* close TCP once out[] is empty or when
				   CTRL_FLUSH_MS are over */
#define CTRL_DO_RESET	0x08	/* with CLOSE: by RST, nothing is flushed */
#define CTRL_DO_LINKED	0x10	/* a Set-Link-Info has come for the call */

/* What the peer asked for in its OCRQ, in host order. */
struct ctrl_call {
	uint16_t our_id;	/* set by the caller, see ctrl_call_starting */
	uint16_t peer_id;	/* any value is legal, also 0 */
	uint16_t serial;
	uint16_t window;	/* packets that the peer can receive */
	uint32_t max_bps;
};

/*
 * All the state of a control connection: plain data without pointers, so that
 * it can lie in the call's record (call_record.h) and outlive a process.
 */
struct ctrl {
	enum ctrl_state		state;
	enum ctrl_call_state	call_state;
	enum ctrl_end		end;
	struct ctrl_call	call;
	char			client[CTRL_ADDR_LEN];
	bool			started;	/* an SCCRQ was accepted */
	bool			echo_wait;	/* an Echo-Request is out */
	bool			authenticated;	/* pppd has let the client in */
	uint8_t			refuse;		/* Result Code of an SCCRP
						   that refuses; 0: none */
	enum ctrl_end		refuse_end;	/* reason of that refusal */
	uint32_t		echo_id;	/* the last one sent */
	uint32_t		odd_messages;	/* messages skipped: F-6, F-7 */
	uint32_t		messages;	/* whole messages read */
	uint64_t		opened;		/* ms, TCP was accepted */
	uint64_t		state_since;	/* ms */
	uint64_t		call_since;	/* ms, of call_state */
	uint64_t		last_input;	/* ms, last whole message */
	uint64_t		echo_sent;
	uint64_t		partial_since;
	uint32_t		stimeout_ms;
	uint32_t		call_timeout_ms; /* wait for OCRQ */
	uint32_t		auth_timeout_ms; /* after OCRP; 0: none */
	struct stream		in;
	uint16_t		out_len;	/* octets in out[] */
	uint16_t		out_part;	/* of these, octets of a first
						   message sent in part */
	uint8_t			out[CTRL_OUT_MAX];
};

/*
 * client: dotted quad, for the log.  stimeout_ms: wait for the SCCRQ.
 * call_timeout_ms is CTRL_CALL_MS and auth_timeout_ms is 0 unless the caller
 * sets them afterwards.
 */
void		ctrl_init(struct ctrl *, const char *client,
		    uint32_t stimeout_ms, uint64_t now);
/*
 * Makes ctrl refuse the peer's SCCRQ, when it comes, with this Result Code of
 * SCCRP (RFC 2637 2.2; with 2 the General Error is 4) and then close.
 */
void		ctrl_refuse(struct ctrl *, uint8_t result, enum ctrl_end);

/*
 * Takes octets from the peer, up to the end of one message, from *data (*len
 * octets, both moved) and returns what to do.  Call it until *len is 0.
 */
unsigned int	ctrl_input(struct ctrl *, const uint8_t **data, size_t *len,
		    uint64_t now);
/* The TCP connection ended: by EOF, or by an error. */
unsigned int	ctrl_eof(struct ctrl *, bool error, uint64_t now);
/* Call it at ctrl_deadline() or later. */
unsigned int	ctrl_timer(struct ctrl *, uint64_t now);
/* When ctrl_timer() has to be called, in ms; UINT64_MAX: never. */
uint64_t	ctrl_deadline(const struct ctrl *);

/*
 * Checks the state that another process has left, which may have crashed.
 * Returns what is wrong with it; NULL: this process can go on with it.
 */
const char	*ctrl_fault(const struct ctrl *, uint64_t now);

/* After CTRL_DO_START: tells ctrl the call's Call ID (not 0). */
void		ctrl_call_starting(struct ctrl *, uint16_t our_id);
/* pppd runs and GRE is listened to: sends OCRP 1. */
unsigned int	ctrl_call_started(struct ctrl *, uint64_t now);
/* The call cannot be started: sends OCRP with Result Code and General Error. */
unsigned int	ctrl_call_failed(struct ctrl *, uint8_t result, uint8_t error,
		    uint64_t now);
/* pppd has authenticated the client: auth_timeout_ms ends. */
void		ctrl_call_authenticated(struct ctrl *);
/* The call ends from our side: sends CDN and StopCCRQ (RFC 2637 3.2.4.1). */
unsigned int	ctrl_call_ended(struct ctrl *, enum ctrl_end, uint64_t now);
/* The connection ends from our side, with its call if there is one. */
unsigned int	ctrl_stop(struct ctrl *, enum ctrl_end, uint64_t now);
/* The same, but without waiting for the StopCCRP. */
unsigned int	ctrl_drop(struct ctrl *, enum ctrl_end, uint64_t now);

#endif
