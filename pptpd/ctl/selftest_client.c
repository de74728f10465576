/* pptpdctl doctor --self-test: a small PPTP client in front of a pppd. */
/* SPDX-License-Identifier: ISC */
#include "ctl/selftest_client.h"

#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/inet_sum.h"
#include "protocol/hdlc.h"
#include "protocol/pptp_gre.h"
#include "protocol/pptp_msg.h"
#include "shared/mono.h"

#define LOOK_MS		100	/* between two looks, and two pings */
#define LOG_END		4096	/* octets of the log that are looked at */
#define PING_MARK	16	/* random octets */

enum { AT_TCP, AT_GRE, AT_PPPD, AT_ICMP, PLACES };

static struct {
	const struct selftest_client *c;
	struct selftest_walk *w;
	int	 tcp;
	uint16_t ours, theirs;	/* Call IDs; theirs 0: no call yet */
	uint32_t seq;		/* of the next packet */
	bool	 pppd_gone;
	size_t	 len;		/* octets in buf */
	uint8_t	 buf[2 * PPTP_MSG_MAX];
	uint8_t	 mark[PING_MARK];
	uint16_t pings;
	struct hdlc_decoder line;
} me;

/* --- the control connection ---------------------------------------------- */

static void
send_message(const struct pptp_msg *m)
{
	uint8_t buf[PPTP_MSG_MAX];
	size_t len = pptp_msg_encode(buf, sizeof(buf), m);

	if (send(me.tcp, buf, len, MSG_NOSIGNAL) != (ssize_t)len)
		selftest_fail(me.w, true, "the control connection: %s",
		    strerror(errno));
}

/* The server may be one that starts at this moment: tries until it listens. */
static bool
connect_tcp(void)
{
	uint64_t end = mono_ms() + SELFTEST_SILENCE_MS;
	struct timeval limit = { SELFTEST_SILENCE_MS / 1000, 0 };
	int error;

	do {
		me.tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (me.tcp == -1)
			break;
		(void)setsockopt(me.tcp, SOL_SOCKET, SO_SNDTIMEO, &limit,
		    sizeof(limit));
		if (connect(me.tcp, (const struct sockaddr *)&me.c->server,
		    sizeof(me.c->server)) == 0)
			return true;
		error = errno;
		close(me.tcp);
		errno = error;
		if (error != ECONNREFUSED)
			break;
		(void)poll(NULL, 0, LOOK_MS);
	} while (mono_left_ms(end) > 0);
	selftest_fail(me.w, false, "%s", errno == EINPROGRESS ?
	    strerror(ETIMEDOUT) : strerror(errno));
	return false;
}

static void
ask_for_connection(void)
{
	struct pptp_msg m = { .type = PPTP_SCCRQ };
	static const char name[] = "pptpd self-test";

	m.u.start.version = PPTP_VERSION;
	m.u.start.framing = m.u.start.bearer = 3;
	memcpy(m.u.start.host, name, sizeof(name));
	send_message(&m);
}

static void
ask_for_call(void)
{
	struct pptp_msg m = { .type = PPTP_OCRQ };

	m.u.ocrq.call_id = me.ours;
	m.u.ocrq.serial = 1;
	m.u.ocrq.min_bps = 300;
	m.u.ocrq.max_bps = 100000000;
	m.u.ocrq.bearer = m.u.ocrq.framing = 3;
	m.u.ocrq.window = 64;
	send_message(&m);
}

static void
hang_up(void)
{
	struct pptp_msg m = { .type = PPTP_CCRQ };

	if (me.tcp == -1)
		return;
	m.u.ccrq.call_id = me.ours;
	if (me.theirs != 0)
		send_message(&m);
	m = (struct pptp_msg){ .type = PPTP_STOPCCRQ };
	m.u.stop.reason = PPTP_STOP_NONE;
	send_message(&m);
	close(me.tcp);
}

static void
take_reply(const struct pptp_msg *m)
{
	if (m->type == PPTP_SCCRP) {
		if (m->u.start.result != PPTP_SCCRP_OK) {
			selftest_fail(me.w, true, "the server refuses: result "
			    "%u, error %u", m->u.start.result,
			    m->u.start.error);
			return;
		}
		selftest_pass(me.w, SELFTEST_CONTROL);
		ask_for_call();
		return;
	}
	if (m->u.ocrp.result != PPTP_OCRP_CONNECTED || m->u.ocrp.call_id == 0)
		selftest_fail(me.w, true, "the server gives no call: result "
		    "%u, error %u, cause %u", m->u.ocrp.result,
		    m->u.ocrp.error, m->u.ocrp.cause);
	else {
		me.theirs = m->u.ocrp.call_id;
		selftest_pass(me.w, SELFTEST_CALL);
	}
}

static void
take_message(const struct pptp_msg *m)
{
	struct pptp_msg answer = { .type = PPTP_ECHORP };

	switch (m->type) {
	case PPTP_SCCRP:
	case PPTP_OCRP:
		take_reply(m);
		break;
	case PPTP_ECHORQ:
		answer.u.echo.id = m->u.echo.id;
		answer.u.echo.result = PPTP_RESULT_OK;
		send_message(&answer);
		break;
	case PPTP_CDN:
		selftest_fail(me.w, true, "the server has hung up: result %u, "
		    "error %u, cause %u", m->u.cdn.result, m->u.cdn.error,
		    m->u.cdn.cause);
		break;
	case PPTP_STOPCCRQ:
		selftest_fail(me.w, true, "the server closes the connection: "
		    "reason %u", m->u.stop.reason);
		break;
	default:
		break;
	}
}

/* Takes the messages that are whole. */
static void
take_messages(void)
{
	struct pptp_header h;
	struct pptp_msg m;

	while (me.len >= PPTP_HEADER_LEN) {
		pptp_header_decode(me.buf, &h);
		if (h.length < PPTP_HEADER_LEN || h.length > PPTP_MSG_MAX ||
		    h.magic != PPTP_MAGIC) {
			selftest_fail(me.w, true, "what answers there is no "
			    "PPTP server");
			return;
		}
		if (me.len < h.length)
			return;
		if (pptp_msg_decode(me.buf, h.length, &m) == PPTP_DECODED)
			take_message(&m);
		me.len -= h.length;
		memmove(me.buf, me.buf + h.length, me.len);
	}
}

static void
on_tcp(void)
{
	ssize_t n = recv(me.tcp, me.buf + me.len, sizeof(me.buf) - me.len, 0);

	if (n > 0) {
		me.len += (size_t)n;
		take_messages();
	} else
		selftest_fail(me.w, true, "the server has closed the "
		    "connection%s%s", n == -1 ? ": " : "",
		    n == -1 ? strerror(errno) : "");
}

/* --- GRE and pppd -------------------------------------------------------- */

static void
send_gre(const uint8_t *frame, size_t len, const uint32_t *ack)
{
	uint8_t buf[PPTP_GRE_HEADER_MAX + HDLC_FRAME_MAX];
	struct pptp_gre g = { .call_id = me.theirs, .has_seq = len > 0,
	    .payload_len = (uint16_t)len, .has_ack = ack != NULL };
	size_t head;

	if (ack != NULL)
		g.ack = *ack;
	if (len > 0)
		g.seq = me.seq++;
	head = pptp_gre_encode(buf, &g);
	if (len > 0)
		memcpy(buf + head, frame, len);
	/* What cannot be sent is as good as lost on the way. */
	(void)send(me.c->gre, buf, head + len, MSG_NOSIGNAL);
}

/* What has been heard is in order: nothing is overtaken between two hosts. */
static void
on_gre(void)
{
	uint8_t buf[65536], out[HDLC_ENCODED_MAX(HDLC_FRAME_MAX)];
	ssize_t n = recv(me.c->gre, buf, sizeof(buf), 0);
	const uint8_t *at, *frame;
	struct pptp_gre g;
	uint32_t src, dst;
	size_t len, skip;

	skip = n > 0 ? pptp_gre_ip(buf, (size_t)n, &src, &dst, &len) : 0;
	at = buf + skip;
	if (skip == 0 || src != me.c->server.sin_addr.s_addr ||
	    pptp_gre_decode(at, len, &g) != PPTP_GRE_DECODED ||
	    g.call_id != me.ours)
		return;
	selftest_heard(me.w, &g);
	if (!g.has_seq || g.payload_len == 0 || g.payload_len > HDLC_FRAME_MAX)
		return;
	frame = at + g.header_len;
	selftest_frame(me.w, true, frame, g.payload_len);
	send_gre(NULL, 0, &g.seq);
	len = hdlc_encode(out, frame, g.payload_len);
	(void)send(me.c->pppd, out, len, MSG_NOSIGNAL);
}

static void
on_frame(const uint8_t *frame, size_t len, void *arg)
{
	(void)arg;
	selftest_frame(me.w, false, frame, len);
	send_gre(frame, len, NULL);
}

static void
on_pppd(void)
{
	uint8_t buf[4096];
	ssize_t n = recv(me.c->pppd, buf, sizeof(buf), 0);

	if (n > 0)
		hdlc_decode(&me.line, buf, (size_t)n, on_frame, NULL);
	else
		me.pppd_gone = true;
}

/* --- ping ---------------------------------------------------------------- */

/* There is no way to the far end but the tunnel: with IPCP there is one. */
static void
ping(void)
{
	uint8_t buf[8 + PING_MARK] = { ICMP_ECHO };
	struct sockaddr_in to = { .sin_family = AF_INET };
	uint16_t sum;

	if (selftest_passed(me.w, SELFTEST_PING))
		return;
	buf[6] = (uint8_t)(me.pings >> 8);
	buf[7] = (uint8_t)me.pings++;
	memcpy(buf + 8, me.mark, sizeof(me.mark));
	sum = inet_checksum(inet_sum(0, buf, sizeof(buf)));
	buf[2] = (uint8_t)(sum >> 8);
	buf[3] = (uint8_t)sum;
	to.sin_addr.s_addr = me.c->far_end;
	if (sendto(me.c->icmp, buf, sizeof(buf), 0, (struct sockaddr *)&to,
	    sizeof(to)) == (ssize_t)sizeof(buf))
		selftest_pass(me.w, SELFTEST_IPCP);
}

static void
on_icmp(void)
{
	uint8_t buf[512];
	ssize_t n = recv(me.c->icmp, buf, sizeof(buf), 0);
	size_t head = n > 0 ? (size_t)(buf[0] & 15) * 4 : 0;

	if (head >= 20 && (size_t)n >= head + 8 + PING_MARK &&
	    buf[head] == ICMP_ECHOREPLY &&
	    memcmp(buf + head + 8, me.mark, PING_MARK) == 0)
		selftest_pass(me.w, SELFTEST_PING);
}

/* --- a call -------------------------------------------------------------- */

static const char *
silence(void)
{
	return selftest_passed(me.w, SELFTEST_GRE_IN) ||
	    !selftest_passed(me.w, SELFTEST_CALL) ?
	    "there was no answer" : "nothing has come from the server";
}

static void
look(void)
{
	struct pollfd p[PLACES] = {
		[AT_TCP] = { me.tcp, POLLIN, 0 },
		[AT_GRE] = { me.c->gre, POLLIN, 0 },
		/* Its first frame waits in the socket until there is a call. */
		[AT_PPPD] = { me.theirs == 0 || me.pppd_gone ? -1 :
		    me.c->pppd, POLLIN, 0 },
		[AT_ICMP] = { me.c->icmp, POLLIN, 0 },
	};
	static void (*const take[PLACES])(void) = {
		[AT_TCP] = on_tcp, [AT_GRE] = on_gre, [AT_PPPD] = on_pppd,
		[AT_ICMP] = on_icmp
	};

	(void)poll(p, PLACES, LOOK_MS);
	/* GRE first: what the server has said before it hung up. */
	for (int i = PLACES - 1; i >= 0 && !selftest_over(me.w); i--) {
		if (p[i].revents != 0)
			take[i]();
	}
}

void
selftest_last_words(const char *log, char words[SELFTEST_WHY])
{
	static const char *const dull[] = { "Connection terminated", "Exit.",
	    "Modem hangup", "Terminating on signal", "Connect time",
	    "Sent ", "Waiting for", "Script ", "rcvd [", "sent [", "Connect:",
	    "using channel", "Using interface", "Hangup (", "Overriding mtu",
	    "Overriding mru", "Plugin ", "Loaded ", "started by ",
	    "Remote message:", "local  IP", "remote IP" };
	const char *end;

	words[0] = '\0';
	for (; *log != '\0'; log = *end != '\0' ? end + 1 : end) {
		bool is_dull = false;

		end = log + strcspn(log, "\n");
		for (size_t i = 0; i < sizeof(dull) / sizeof(dull[0]); i++) {
			const char *at = strstr(log, dull[i]);

			is_dull = is_dull || (at != NULL && at < end);
		}
		if (!is_dull && end > log)
			snprintf(words, SELFTEST_WHY, "%.*s", (int)(end - log),
			    log);
	}
}

/* Why the client's own pppd has ended. */
static void
explain_pppd(void)
{
	char log[LOG_END + 1], words[SELFTEST_WHY];
	off_t size = lseek(me.c->log, 0, SEEK_END);
	ssize_t n = pread(me.c->log, log, LOG_END,
	    size > LOG_END ? size - LOG_END : 0);

	log[n > 0 ? n : 0] = '\0';
	selftest_last_words(log, words);
	selftest_fail(me.w, true, "the client's pppd has ended%s%.180s",
	    words[0] != '\0' ? ": " : "", words);
}

static void
converse(void)
{
	uint64_t end = mono_ms() + SELFTEST_SILENCE_MS;
	uint16_t passed = me.w->r.passed;

	ask_for_connection();
	while (!selftest_over(me.w)) {
		look();
		if (selftest_passed(me.w, SELFTEST_AUTH))
			ping();
		if (me.pppd_gone)
			explain_pppd();
		if (me.w->r.passed != passed)
			end = mono_ms() + SELFTEST_SILENCE_MS;
		passed = me.w->r.passed;
		if (mono_left_ms(end) == 0)
			selftest_fail(me.w, false, "%s within %d s",
			    silence(), SELFTEST_SILENCE_MS / 1000);
	}
}

void
selftest_dial(const struct selftest_client *c, struct selftest_walk *w)
{
	me.c = c;
	me.w = w;
	hdlc_decoder_init(&me.line);
	if (getrandom(me.mark, sizeof(me.mark), 0) != sizeof(me.mark)) {
		selftest_fail(w, false, "no random numbers");
		return;
	}
	me.ours = (uint16_t)(me.mark[0] << 8 | me.mark[1] | 1);
	if (!connect_tcp())
		return;
	selftest_pass(w, SELFTEST_CONNECT);
	converse();
	hang_up();
}
