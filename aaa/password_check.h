/* Whether a peer knows a password, by PAP, CHAP, MS-CHAPv1 and MS-CHAPv2. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PASSWORD_CHECK_H
#define PPTPD_PASSWORD_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/aaa_msg.h"

#define NT_HASH_LEN		16
#define NT_CHALLENGE_LEN	8
#define NT_RESPONSE_LEN		24

/* What is known of a password. */
enum known_kind {
	KNOWN_NOTHING,
	KNOWN_CLEAR,		/* the password itself */
	KNOWN_NT_HASH,		/* MD4 of it in UTF-16 (RFC 2759, 8.3) */
	/*
	 * MD4 of that, by somebody who has checked the response himself, such
	 * as a domain controller: it proves the server, and makes the keys.
	 */
	KNOWN_NT_KEY
};

struct known_password {
	enum known_kind	 kind;
	size_t		 len;
	uint8_t		 octets[AAA_SECRET_MAX];
};

/*
 * Loads what libcrypto needs from files, before a process gives up its rights.
 * False: this libcrypto lacks MD4, DES or SHA-1.
 */
bool	password_check_init(void);
/*
 * Checks a login that request_login_fault() has nothing against.  NULL if the
 * response is right; then the proof for the peer (with MS-CHAPv2, RFC 2759 8.7)
 * and the keys of MPPE (RFC 3079) are in *reply, whose other members stay as
 * they are.  Else the reason, for the log.  A password without octets is never
 * right, and the time of a comparison does not depend on what is compared.
 */
const char *password_check(const struct aaa_login *,
	    const struct known_password *, struct aaa_reply *);
/*
 * What MS-CHAPv1 and v2 have in common: the challenge that the hash of the
 * password answers, and the answer.  False: another method, or LAN Manager's
 * answer only.
 */
bool	password_nt_response(const struct aaa_login *,
	    uint8_t challenge[NT_CHALLENGE_LEN],
	    uint8_t response[NT_RESPONSE_LEN]);

#endif
