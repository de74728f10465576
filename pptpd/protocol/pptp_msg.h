/* PPTP control messages: RFC 2637 section 2, decode and encode. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPTP_MSG_H
#define PPTPD_PPTP_MSG_H

#include <stddef.h>
#include <stdint.h>

#define PPTP_PORT		1723
#define PPTP_MAGIC		0x1A2B3C4DU	/* RFC 2637 1.4 */
#define PPTP_VERSION		0x0100		/* RFC 2637 2.1 */
#define PPTP_HEADER_LEN		12		/* up to and with Reserved0 */
#define PPTP_MSG_MAX		220		/* Incoming-Call-Request */
#define PPTP_NAME_LEN		64		/* host, vendor, phone number */
#define PPTP_STATS_LEN		128		/* Call Statistics */

#define PPTP_MESSAGE_CONTROL	1		/* PPTP Message Type */
#define PPTP_MESSAGE_MANAGEMENT	2

enum pptp_type {				/* Control Message Type */
	PPTP_SCCRQ = 1,		/* Start-Control-Connection-Request */
	PPTP_SCCRP = 2,		/* Start-Control-Connection-Reply */
	PPTP_STOPCCRQ = 3,	/* Stop-Control-Connection-Request */
	PPTP_STOPCCRP = 4,	/* Stop-Control-Connection-Reply */
	PPTP_ECHORQ = 5,	/* Echo-Request */
	PPTP_ECHORP = 6,	/* Echo-Reply */
	PPTP_OCRQ = 7,		/* Outgoing-Call-Request */
	PPTP_OCRP = 8,		/* Outgoing-Call-Reply */
	PPTP_ICRQ = 9,		/* Incoming-Call-Request */
	PPTP_ICRP = 10,		/* Incoming-Call-Reply */
	PPTP_ICCN = 11,		/* Incoming-Call-Connected */
	PPTP_CCRQ = 12,		/* Call-Clear-Request */
	PPTP_CDN = 13,		/* Call-Disconnect-Notify */
	PPTP_WEN = 14,		/* WAN-Error-Notify */
	PPTP_SLI = 15		/* Set-Link-Info */
};

/* Result Codes of SCCRP (RFC 2637 2.2). */
#define PPTP_SCCRP_OK		1
#define PPTP_SCCRP_ERROR	2
#define PPTP_SCCRP_EXISTS	3
#define PPTP_SCCRP_FORBIDDEN	4
#define PPTP_SCCRP_VERSION	5
/* Reasons of StopCCRQ (2.3). */
#define PPTP_STOP_NONE		1
#define PPTP_STOP_VERSION	2
#define PPTP_STOP_SHUTDOWN	3
/* Result Codes of StopCCRP and Echo-Reply (2.4, 2.6). */
#define PPTP_RESULT_OK		1
#define PPTP_RESULT_ERROR	2
/* Result Codes of OCRP (2.8). */
#define PPTP_OCRP_CONNECTED	1
#define PPTP_OCRP_ERROR		2
#define PPTP_OCRP_NO_CARRIER	3
#define PPTP_OCRP_BUSY		4
#define PPTP_OCRP_NO_DIALTONE	5
#define PPTP_OCRP_TIMEOUT	6
#define PPTP_OCRP_FORBIDDEN	7
/* Result Codes of ICRP (2.10). */
#define PPTP_ICRP_CONNECT	1
#define PPTP_ICRP_ERROR		2
#define PPTP_ICRP_FORBIDDEN	3
/* Result Codes of CDN (2.13). */
#define PPTP_CDN_LOST_CARRIER	1
#define PPTP_CDN_ERROR		2
#define PPTP_CDN_SHUTDOWN	3
#define PPTP_CDN_REQUEST	4
/* General Error Codes (2.16), valid where the result says error. */
#define PPTP_ERROR_NONE		0
#define PPTP_ERROR_NOT_CONNECTED 1
#define PPTP_ERROR_BAD_FORMAT	2
#define PPTP_ERROR_BAD_VALUE	3
#define PPTP_ERROR_NO_RESOURCE	4
#define PPTP_ERROR_BAD_CALL_ID	5
#define PPTP_ERROR_PAC		6

/*
 * One message in host order.  `type` says which member of the union is valid.
 * Names (host, vendor, ...) are the octets of the field: not terminated.
 */
struct pptp_msg {
	uint16_t type;				/* enum pptp_type */
	union {
		struct {
			uint16_t version, max_channels, firmware;
			uint32_t framing, bearer;	/* capabilities */
			uint8_t  result, error;		/* SCCRP only */
			uint8_t  host[PPTP_NAME_LEN], vendor[PPTP_NAME_LEN];
		} start;			/* SCCRQ, SCCRP */
		struct { uint8_t reason; } stop;		/* STOPCCRQ */
		struct { uint8_t result, error; } stop_reply;	/* STOPCCRP */
		struct {
			uint32_t id;
			uint8_t  result, error;		/* ECHORP only */
		} echo;				/* ECHORQ, ECHORP */
		struct {
			uint16_t call_id, serial, window, delay, phone_len;
			uint32_t min_bps, max_bps, bearer, framing;
			uint8_t  phone[PPTP_NAME_LEN];
			uint8_t  subaddress[PPTP_NAME_LEN];
		} ocrq;
		struct {
			uint16_t call_id, peer_call_id, cause, window, delay;
			uint8_t  result, error;
			uint32_t speed, channel;
		} ocrp;
		struct {
			uint16_t call_id, serial, dialed_len, dialing_len;
			uint32_t bearer, channel;
			uint8_t  dialed[PPTP_NAME_LEN];
			uint8_t  dialing[PPTP_NAME_LEN];
			uint8_t  subaddress[PPTP_NAME_LEN];
		} icrq;
		struct {
			uint16_t call_id, peer_call_id, window, delay;
			uint8_t  result, error;
		} icrp;
		struct {
			uint16_t peer_call_id, window, delay;
			uint32_t speed, framing;
		} iccn;
		struct { uint16_t call_id; } ccrq;
		struct {
			uint16_t call_id, cause;
			uint8_t  result, error;
			uint8_t  stats[PPTP_STATS_LEN];
		} cdn;
		struct {
			uint16_t peer_call_id;
			uint32_t crc, framing, hardware, buffer, timeout, align;
		} wen;
		struct {
			uint16_t peer_call_id;
			uint32_t send_accm, recv_accm;
		} sli;
	} u;
};

/* The first 12 octets of a message. */
struct pptp_header {
	uint16_t length, message_type, type;
	uint32_t magic;
};

enum pptp_decode {
	PPTP_DECODED,		/* the message is in *msg */
	PPTP_BAD_MAGIC,		/* cookie is not 0x1A2B3C4D (RFC 2637 1.4) */
	PPTP_BAD_LENGTH,	/* Length < 12, > 220, < its type's, not len */
	PPTP_UNKNOWN_MESSAGE,	/* PPTP Message Type is not 1: skip it */
	PPTP_UNKNOWN_TYPE	/* control type not in 1..15: skip it */
};

/* Reads a header; buf holds at least PPTP_HEADER_LEN octets. */
void		 pptp_header_decode(const uint8_t *buf, struct pptp_header *);

/*
 * Decodes one whole message of len octets (len == its Length field).  Octets
 * beyond the length of its type are ignored (point F-5), reserved fields
 * too.  msg is zeroed first; msg->type is set also for PPTP_UNKNOWN_TYPE.
 * A Phone Number Length over 64 is clamped to 64.
 */
enum pptp_decode pptp_msg_decode(const uint8_t *buf, size_t len,
		    struct pptp_msg *msg);

/*
 * Encodes msg into buf.  Returns its length, or 0 if the type is unknown or
 * size is smaller than the type's length.  Reserved fields are zero.
 */
size_t		 pptp_msg_encode(uint8_t *buf, size_t size,
		    const struct pptp_msg *msg);

/* The length of a type's message, 0 for an unknown type. */
size_t		 pptp_msg_length(uint16_t type);
/* The RFC's name of a type, such as "Start-Control-Connection-Request". */
const char	*pptp_type_name(uint16_t type);

#endif
