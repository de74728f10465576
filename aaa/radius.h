/* Packets of RADIUS: octets to attributes and back (RFC 2865, 2866, 2869). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RADIUS_H
#define PPTPD_RADIUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"

#define RADIUS_MAX	4096	/* octets of a packet (RFC 2865, 3) */
#define RADIUS_HEADER	20
#define RADIUS_VALUE_MAX 253	/* octets of a value */
#define RADIUS_VENDOR_VALUE_MAX 247	/* of one of a vendor's */
#define RADIUS_PASSWORD_MAX 128	/* octets (RFC 2865, 5.2) */

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1,
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCT_REQUEST = 4,
	RADIUS_ACCT_RESPONSE = 5,
	RADIUS_ACCESS_CHALLENGE = 11,
	RADIUS_DISCONNECT_REQUEST = 40,		/* RFC 5176 */
	RADIUS_DISCONNECT_ACK = 41,
	RADIUS_DISCONNECT_NAK = 42,
	RADIUS_COA_REQUEST = 43,
	RADIUS_COA_ACK = 44,
	RADIUS_COA_NAK = 45
};

/* Attributes, by the names of their RFC. */
enum radius_type {
	RADIUS_USER_NAME = 1,
	RADIUS_USER_PASSWORD = 2,
	RADIUS_CHAP_PASSWORD = 3,
	RADIUS_NAS_IP_ADDRESS = 4,
	RADIUS_NAS_PORT = 5,
	RADIUS_SERVICE_TYPE = 6,
	RADIUS_FRAMED_PROTOCOL = 7,
	RADIUS_FRAMED_IP_ADDRESS = 8,
	RADIUS_FILTER_ID = 11,
	RADIUS_FRAMED_MTU = 12,
	RADIUS_REPLY_MESSAGE = 18,
	RADIUS_FRAMED_ROUTE = 22,
	RADIUS_CLASS = 25,
	RADIUS_VENDOR_SPECIFIC = 26,
	RADIUS_SESSION_TIMEOUT = 27,
	RADIUS_IDLE_TIMEOUT = 28,
	RADIUS_CALLED_STATION_ID = 30,
	RADIUS_CALLING_STATION_ID = 31,
	RADIUS_NAS_IDENTIFIER = 32,
	RADIUS_PROXY_STATE = 33,
	RADIUS_ACCT_STATUS_TYPE = 40,
	RADIUS_ACCT_DELAY_TIME = 41,
	RADIUS_ACCT_INPUT_OCTETS = 42,
	RADIUS_ACCT_OUTPUT_OCTETS = 43,
	RADIUS_ACCT_SESSION_ID = 44,
	RADIUS_ACCT_AUTHENTIC = 45,
	RADIUS_ACCT_SESSION_TIME = 46,
	RADIUS_ACCT_INPUT_PACKETS = 47,
	RADIUS_ACCT_OUTPUT_PACKETS = 48,
	RADIUS_ACCT_TERMINATE_CAUSE = 49,
	RADIUS_ACCT_MULTI_SESSION_ID = 50,
	RADIUS_ACCT_INPUT_GIGAWORDS = 52,
	RADIUS_ACCT_OUTPUT_GIGAWORDS = 53,
	RADIUS_EVENT_TIMESTAMP = 55,
	RADIUS_CHAP_CHALLENGE = 60,
	RADIUS_NAS_PORT_TYPE = 61,
	RADIUS_TUNNEL_TYPE = 64,
	RADIUS_TUNNEL_MEDIUM_TYPE = 65,
	RADIUS_TUNNEL_CLIENT_ENDPOINT = 66,
	RADIUS_TUNNEL_SERVER_ENDPOINT = 67,
	RADIUS_MESSAGE_AUTHENTICATOR = 80,
	RADIUS_ACCT_INTERIM_INTERVAL = 85,
	RADIUS_NAS_PORT_ID = 87,
	RADIUS_FRAMED_POOL = 88,
	RADIUS_FRAMED_INTERFACE_ID = 96,
	RADIUS_FRAMED_IPV6_PREFIX = 97,
	RADIUS_DELEGATED_IPV6_PREFIX = 123
};

/* Microsoft's attributes (RFC 2548). */
#define RADIUS_MICROSOFT	311
enum radius_ms_type {
	RADIUS_MS_CHAP_RESPONSE = 1,
	RADIUS_MS_CHAP_ERROR = 2,
	RADIUS_MS_MPPE_ENCRYPTION_POLICY = 7,
	RADIUS_MS_MPPE_ENCRYPTION_TYPES = 8,
	RADIUS_MS_CHAP_CHALLENGE = 11,
	RADIUS_MS_CHAP_MPPE_KEYS = 12,
	RADIUS_MS_MPPE_SEND_KEY = 16,
	RADIUS_MS_MPPE_RECV_KEY = 17,
	RADIUS_MS_CHAP2_RESPONSE = 25,
	RADIUS_MS_CHAP2_SUCCESS = 26,
	RADIUS_MS_PRIMARY_DNS = 28,
	RADIUS_MS_SECONDARY_DNS = 29,
	RADIUS_MS_PRIMARY_NBNS = 30,
	RADIUS_MS_SECONDARY_NBNS = 31
};

/* A secret that we share with a server. */
struct radius_secret {
	const uint8_t	*octets;
	size_t		 len;
};

/* --- writing ------------------------------------------------------------- */

struct radius_out {
	uint8_t	buf[RADIUS_MAX];
	size_t	len;
	bool	bad;		/* a value did not fit, or a digest failed */
};

/*
 * Begins a request.  An Access-Request has this Request Authenticator, 16
 * random octets, and its first attribute is the Message-Authenticator; an
 * Accounting-Request makes its own, and random may be NULL.
 */
void	radius_begin(struct radius_out *, enum radius_code, uint8_t id,
	    const uint8_t *random);
/* Values of 1 to RADIUS_VALUE_MAX octets; an empty one is left out. */
void	radius_put(struct radius_out *, uint8_t type, const void *, size_t len);
void	radius_put_u32(struct radius_out *, uint8_t type, uint32_t);
void	radius_put_text(struct radius_out *, uint8_t type, const char *);
void	radius_put_vendor(struct radius_out *, uint32_t vendor, uint8_t type,
	    const void *, size_t len);
/* User-Password, hidden (RFC 2865, 5.2); RADIUS_PASSWORD_MAX octets at most. */
void	radius_put_password(struct radius_out *, const void *, size_t len,
	    const struct radius_secret *);
/* The last step.  False: the packet is bad, do not send it. */
bool	radius_finish(struct radius_out *, const struct radius_secret *);
/*
 * The same two steps for an answer of ours, whose first attribute is a
 * Message-Authenticator; request: that of what is answered.
 */
void	radius_begin_answer(struct radius_out *, enum radius_code, uint8_t id,
	    const uint8_t request[DIGEST_LEN]);
bool	radius_finish_answer(struct radius_out *, const struct radius_secret *);
/* The Request Authenticator, for radius_verify(). */
const uint8_t *radius_authenticator(const struct radius_out *);

/* --- reading ------------------------------------------------------------- */

struct radius_attr {
	uint8_t		 type;
	const uint8_t	*value;
	size_t		 len;
};

/*
 * Checks an answer before anything else is read from it: length, Response
 * Authenticator, the form of all attributes, and a Message-Authenticator if it
 * has one (*signed_).  *len becomes the packet's own length, without padding.
 * Returns NULL, or what is wrong with it.
 */
const char *radius_verify(const uint8_t *, size_t *len,
	    const uint8_t request[DIGEST_LEN], const struct radius_secret *,
	    bool *signed_);
/* The same for a request that a client of ours sends (RFC 5176, 2.3). */
const char *radius_verify_request(const uint8_t *, size_t *len,
	    const struct radius_secret *, bool *signed_);
/*
 * The next attribute of a packet that radius_verify() has found right; *at
 * begins as 0.  False: no more.
 */
bool	radius_next(const uint8_t *, size_t len, size_t *at,
	    struct radius_attr *);
/*
 * The next of the vendor's attributes within the value of a Vendor-Specific
 * one; *at begins as 0.  False: no more, another vendor's, or a bad form.
 */
bool	radius_vendor_next(const struct radius_attr *, uint32_t vendor,
	    size_t *at, struct radius_attr *);
/* Four octets; false if there are more or less. */
bool	radius_get_u32(const struct radius_attr *, uint32_t *);

/*
 * Decrypts a value that was hidden as User-Password is (MS-CHAP-MPPE-Keys); len
 * is a multiple of 16.
 */
bool	radius_reveal(uint8_t *out, const uint8_t *hidden, size_t len,
	    const uint8_t request[DIGEST_LEN], const struct radius_secret *);
/*
 * Decrypts MS-MPPE-Send-Key or MS-MPPE-Recv-Key (RFC 2548, 2.4.2), whose key
 * must have key_len octets.  False: it has not, or its form is bad.
 */
bool	radius_reveal_key(uint8_t *key, size_t key_len,
	    const struct radius_attr *, const uint8_t request[DIGEST_LEN],
	    const struct radius_secret *);

#endif
