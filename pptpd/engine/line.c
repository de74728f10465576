/* Engine: the data path of a call, between GRE and the pty of its pppd. */
/* SPDX-License-Identifier: ISC */
#include "engine/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/engine.h"
#include "engine/gre_socket.h"
#include "engine/trace.h"
#include "protocol/hdlc.h"
#include "protocol/ppp_auth.h"
#include "shared/call_record.h"
#include "state/bucket.h"

/*
 * pppd discards what is in the pty when it takes it over.  So nothing is
 * written before its first frame, or for this long if it sends none, as with
 * its option "silent".  On a busy machine pppd needs more than a second to
 * start, and a client whose request is lost asks again after two or three.
 */
#define GATE_US		2000000
/* How long after pppd closed its pty the report of its exit may take. */
#define LINE_GONE_US	500000

/* If more octets wait for pppd, acknowledgements wait too, to slow the peer. */
#define ACK_BACKLOG	16384

#define PTY_READ_SIZE	65536
/* Reads in a row while each brings much: fewer turns of the event loop. */
#define PTY_READS	4
#define PTY_READ_MUCH	2048
#define DECODERS_SPARE	16	/* kept for frames cut in two */
#define TOUCHED_MAX	64	/* lines in one batch of packets */
#define STRAYS_PER_S	100	/* packets of no call that are looked at */
#define SECOND_MS	1000

static void open_gate(struct line *);
static void flush_pty(struct line *);
static void hold_to_client(const uint8_t *, size_t, void *);
static void hold_to_pppd(const uint8_t *, size_t, void *);

static const struct login_hold_ops hold_ops = { hold_to_client, hold_to_pppd };

static LIST_HEAD(, line) logins = LIST_HEAD_INITIALIZER(logins);
static struct line *touched[TOUCHED_MAX];
static unsigned int touched_count;

/*
 * us, when the packets or frames at hand were read: to read the clock for each
 * of them would cost two of a hundred parts of all that a packet costs.
 */
static uint64_t read_at;

/* --- towards the client -------------------------------------------------- */

static void
trace_gre(struct line *line, enum trace_way way, uint32_t client,
    const struct gre_packet *p)
{
	uint8_t head[PPTP_GRE_HEADER_MAX];
	size_t n = pptp_gre_encode(head, &p->header);
	bool data = p->header.has_seq && p->header.payload_len > 0;

	trace_packet(line->trace, TRACE_GRE, way, client, head, n, p->payload,
	    data ? p->header.payload_len : 0);
}

/* Sends a frame; NULL: an acknowledgement alone. */
static void
send_gre(struct line *line, const uint8_t *frame, size_t len)
{
	struct call_record *rec = line->rec;
	struct gre_packet p = { .src = line->ends.server,
	    .dst = line->ends.client };

	p.header.call_id = line->ends.peer_id;
	p.payload = frame;
	if (frame != NULL) {
		p.header.has_seq = true;
		p.header.seq = rec->tx.next++;
		p.header.payload_len = len;
		large_path_sent(&line->large, p.header.seq, (uint32_t)len,
		    read_at);
		rec->packets_out++;
		rec->octets_out += len;
	}
	if (rec->ack.unacked > 0) {
		rec->acks_out++;
		p.header.has_ack = true;
		p.header.ack = rec->rx.highest;
		gre_ack_sent(&rec->ack);
	}
	if (line->trace != NULL)
		trace_gre(line, TRACE_OUT, p.dst, &p);
	gre_socket_queue(IPC_FD_GRE, &p);
}

static void
hold_to_client(const uint8_t *frame, size_t len, void *arg)
{
	send_gre(arg, frame, len);
}

/* Says once how long each step of the login took. */
static void
watch_login(struct line *line, bool from_pppd, const struct ppp_head *head,
    const uint8_t *frame, size_t len, uint64_t now)
{
	char text[LOGIN_STEPS_TEXT];
	bool done;

	if (!login_steps_watched(&line->steps))
		return;
	if (!from_pppd && head->protocol == PPP_LCP &&
	    head->code == PPP_CONFIGURE_ACK)
		line->steps.auth = (uint8_t)ppp_auth_kind_of(frame, len);
	done = login_steps_frame(&line->steps, from_pppd, head, now);
	line->rec->login = line->steps;		/* others count them */
	if (!done)
		return;
	login_steps_text(&line->steps, text);
	log_debug("CTRL: Client %s logged in, ms since it asked for a call: %s;"
	    " waited for it %u, for pppd %u", line->rec->ctrl.client, text,
	    (unsigned)(line->hold.waited_first / 1000),
	    (unsigned)(line->hold.waited_ncp / 1000));
}

static void
diagnose(struct line *line, uint64_t now, bool over)
{
	if (diagnosis_look(&line->diagnosis, now, over))
		line->events->diagnosed(line->owner, &line->diagnosis);
}

/* Most frames come when the login is over, and need not be looked into. */
static bool
login_is_over(const struct line *line)
{
	return line->hold.stage == LOGIN_OVER &&
	    line->rec->ctrl.authenticated &&
	    !login_steps_watched(&line->steps);
}

/*
 * A frame of pppd that carries data says that the client is in.  From the
 * second one on it says nothing new, and one of the client's never does.
 */
static bool
says_nothing(const struct line *line, bool from_pppd, const uint8_t *frame,
    size_t len)
{
	if (login_is_over(line))
		return true;
	return (!from_pppd || (line->hold.stage >= LOGIN_NETWORKS &&
	    line->rec->ctrl.authenticated)) && ppp_frame_is_data(frame, len);
}

static void
from_pppd(const uint8_t *frame, size_t len, void *arg)
{
	struct line *line = arg;
	struct ppp_head head;
	bool known;

	if (line->trace != NULL)
		trace_packet(line->trace, TRACE_PPP, TRACE_OUT,
		    line->ends.client, NULL, 0, frame, len);
	/* Only a frame opens the gate: text printed before is no frame. */
	if (!line->gate_open) {
		open_gate(line);
		flush_pty(line);
	}
	if (says_nothing(line, true, frame, len)) {
		send_gre(line, frame, len);
		return;
	}
	known = ppp_frame_head(frame, len, &head);
	if (known && !line->rec->ctrl.authenticated) {
		switch (ppp_auth_says(&head)) {
		case PPP_AUTH_SUCCEEDED:
			line->events->authenticated(line->owner);
			break;
		case PPP_AUTH_FAILED:
			line->events->auth_failed(line->owner);
			break;
		case PPP_AUTH_NOTHING:
			break;
		}
	}
	if (known) {
		watch_login(line, true, &head, frame, len, read_at);
		diagnosis_frame(&line->diagnosis, true, &head, frame, len,
		    read_at);
		diagnose(line, read_at, false);
	}
	login_hold_from_pppd(&line->hold, frame, len, known ? &head : NULL,
	    read_at, &hold_ops, line);
}

/* --- towards pppd -------------------------------------------------------- */

static void
touch(struct line *line)
{
	if (line->touched)
		return;
	if (touched_count == TOUCHED_MAX)
		line_flush_touched();
	line->touched = true;
	touched[touched_count++] = line;
}

/* Writes what the pty takes, and waits for the event that it takes more. */
static void
write_pty(struct line *line)
{
	int left = pty_queue_flush(&line->queue, line->pty);

	if (left == -1)
		pty_queue_free(&line->queue);
	if ((left == 1) == line->full)
		return;		/* the event is right already */
	line->full = left == 1;
	if (line->full)
		(void)loop_watch_on(&line->writable);
	else
		loop_watch_off(&line->writable);
}

static void
flush_pty(struct line *line)
{
	if (line->gate_open && line->gone_at == 0 && !line->full)
		write_pty(line);
}

static void
hold_to_pppd(const uint8_t *frame, size_t len, void *arg)
{
	struct line *line = arg;

	if (line->trace != NULL)
		trace_packet(line->trace, TRACE_PPP, TRACE_IN,
		    line->ends.client, NULL, 0, frame, len);
	if (pty_queue_add(&line->queue, frame, len))
		return;
	flush_pty(line);	/* makes room if pppd reads */
	(void)pty_queue_add(&line->queue, frame, len);	/* may be lost */
}

static void
to_pppd(const uint8_t *frame, size_t len, void *arg)
{
	struct line *line = arg;
	struct ppp_head head;
	bool known;

	if (len == 0)
		return;		/* a number without a frame: G-9 */
	line->rec->packets_in++;
	line->rec->octets_in += len;
	if (says_nothing(line, false, frame, len)) {
		hold_to_pppd(frame, len, line);
		return;
	}
	known = ppp_frame_head(frame, len, &head);
	if (known) {
		watch_login(line, false, &head, frame, len, read_at);
		diagnosis_frame(&line->diagnosis, false, &head, frame, len,
		    read_at);
		if (head.protocol == PPP_LCP)
			client_says_look(&line->rec->says, frame, len);
		diagnose(line, read_at, false);
	}
	login_hold_from_client(&line->hold, frame, len, known ? &head : NULL,
	    read_at, &hold_ops, line);
}

/* --- time ---------------------------------------------------------------- */

static void
set_timer(struct line *line)
{
	uint64_t at, other;

	at = gre_rx_deadline(&line->rec->rx, &line->reorder);
	other = gre_ack_deadline(&line->rec->ack);
	if (other < at)
		at = other;
	other = login_hold_deadline(&line->hold);
	if (other < at)
		at = other;
	other = diagnosis_deadline(&line->diagnosis);
	if (other < at)
		at = other;
	if (!line->gate_open && line->gate_at < at)
		at = line->gate_at;
	if (line->gone_at != 0 && line->gone_at + LINE_GONE_US < at)
		at = line->gone_at + LINE_GONE_US;
	/* Moving a timer costs more than one that fires too early. */
	if (at >= line->timer_at)
		return;
	line->timer_at = at;
	(void)loop_timer_at_us(&line->timer, at);
}

static void
settle(struct line *line)
{
	flush_pty(line);
	/* Without acknowledgement the peer's window closes: pppd catches up. */
	if (gre_ack_due(&line->rec->ack) && line->queue.len <= ACK_BACKLOG)
		send_gre(line, NULL, 0);
	set_timer(line);
}

void
line_flush_touched(void)
{
	for (unsigned int i = 0; i < touched_count; i++) {
		struct line *line = touched[i];

		if (line == NULL)
			continue;
		line->touched = false;
		engine_work(line->ends.id);
		settle(line);
	}
	touched_count = 0;
	gre_socket_flush(IPC_FD_GRE);
}

static void
untouch(struct line *line)
{
	for (unsigned int i = 0; i < touched_count; i++) {
		if (touched[i] == line)
			touched[i] = NULL;
	}
}

/*
 * Lets packets through: pppd has sent its first frame, or GATE_US have passed
 * without one.
 */
static void
open_gate(struct line *line)
{
	line->gate_open = true;
	line->events->opened(line->owner);
}

static void
time_passed(struct line *line)
{
	uint64_t now = engine_now_us();

	read_at = now;
	line->timer_at = UINT64_MAX;
	if (line->gone_at != 0 && now >= line->gone_at + LINE_GONE_US) {
		line->events->gone(line->owner);
		return;
	}
	if (!line->gate_open && now >= line->gate_at)
		open_gate(line);
	if (now >= diagnosis_deadline(&line->diagnosis))
		diagnose(line, now, false);
	login_hold_timer(&line->hold, now, &hold_ops, line);
	gre_rx_timer(&line->rec->rx, &line->reorder, now, to_pppd, line);
	if (now >= gre_ack_deadline(&line->rec->ack))
		send_gre(line, NULL, 0);
	settle(line);
	gre_socket_flush(IPC_FD_GRE);
}

static void
on_timer(void *arg)
{
	struct line *line = arg;

	engine_work(line->ends.id);
	time_passed(line);
	engine_work(0);
}

/* --- packets from the network -------------------------------------------- */

static void
client_is_there(struct line *line)
{
	login_steps_client_spoke(&line->steps, read_at);
	login_hold_client_spoke(&line->hold, read_at, &hold_ops, line);
}

void
line_client_spoke(struct line *line)
{
	if (line->pty == -1 || line->hold.stage != LOGIN_ALONE)
		return;
	read_at = engine_now_us();
	client_is_there(line);
	gre_socket_flush(IPC_FD_GRE);
}

static void
take_ack(struct line *line, uint32_t ack, uint64_t now)
{
	enum large_news news;

	line->rec->acks_in++;
	gre_tx_acked(&line->rec->tx, ack);
	news = large_path_acked(&line->large, ack, line->rec->tx.next, now);
	if (news != LARGE_NOTHING_NEW && diagnosis_large(&line->diagnosis,
	    news == LARGE_ARE_LOST, line->large.least))
		line->events->diagnosed(line->owner, &line->diagnosis);
}

void
line_receive(struct line *line, const struct gre_packet *p)
{
	enum gre_verdict verdict;

	read_at = p->at;
	if (line->trace != NULL)	/* strangers' packets, too */
		trace_gre(line, TRACE_IN, p->src, p);
	if (line->pty != -1 && p->src != line->ends.client)
		diagnosis_stranger(&line->diagnosis, p->src);
	if (line->pty == -1 || p->src != line->ends.client ||
	    p->dst != line->ends.server)
		return;		/* no answer to strangers: G-8 */
	engine_work(line->ends.id);	/* until the next one, or the flush */
	if (line->hold.stage == LOGIN_ALONE)
		client_is_there(line);
	if (diagnosis_watched(&line->diagnosis))
		diagnosis_packet(&line->diagnosis, p->header.has_ack &&
		    p->header.ack < line->rec->tx.next, p->at);
	if (p->header.has_ack)
		take_ack(line, p->header.ack, p->at);
	if (!p->header.has_seq)
		return;
	verdict = gre_rx_packet(&line->rec->rx, &line->reorder, p->header.seq,
	    p->payload, p->header.payload_len, p->at, to_pppd, line);
	if (verdict == GRE_DELIVERED || verdict == GRE_WAITING)
		gre_ack_received(&line->rec->ack, p->at);
	touch(line);
}

/* The flood of such packets must not cost much, so only some are looked at. */
void
line_stray(uint32_t src, uint16_t call_id)
{
	static struct bucket bucket;
	const struct bucket_rate rate = bucket_rate(STRAYS_PER_S, SECOND_MS,
	    STRAYS_PER_S);
	struct line *line;

	if (LIST_EMPTY(&logins) ||
	    !bucket_take(&bucket, &rate, engine_now_ms()))
		return;
	LIST_FOREACH(line, &logins, login) {
		if (line->ends.client == src)
			diagnosis_stray(&line->diagnosis, call_id);
	}
}

/* --- packets from pppd --------------------------------------------------- */

static struct hdlc_decoder *spare[DECODERS_SPARE];
static size_t spares;
static struct hdlc_counts counts;	/* of decoders that were put back */

/*
 * Lines share decoders: a line needs its own only while a frame is half read,
 * and most calls are idle.
 */
static bool
decoder_get(struct line *line)
{
	if (line->decoder != NULL)
		return true;
	line->decoder = spares > 0 ? spare[--spares] :
	    malloc(sizeof(*line->decoder));
	if (line->decoder == NULL)
		return false;
	hdlc_decoder_init(line->decoder);
	return true;
}

static void
decoder_put(struct line *line)
{
	if (line->decoder != NULL)
		hdlc_counts_add(&counts, &line->decoder->counts);
	if (line->decoder != NULL && spares < DECODERS_SPARE)
		spare[spares++] = line->decoder;
	else
		free(line->decoder);
	line->decoder = NULL;
}

const struct hdlc_counts *
line_frames(void)
{
	return &counts;
}

/* Reads once; returns the octets, 0: there are none, or pppd has closed it. */
static size_t
read_pty(struct line *line)
{
	static uint8_t buf[PTY_READ_SIZE];
	ssize_t n = read(line->pty, buf, sizeof(buf));

	if (n > 0) {
		read_at = engine_now_us();
		if (decoder_get(line)) {
			hdlc_decode(line->decoder, buf, n, from_pppd, line);
			if (hdlc_decoder_is_idle(line->decoder))
				decoder_put(line);
		}
		return n;
	}
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* No process has the pty open, so pppd is about to exit. */
	loop_watch_off(&line->readable);
	loop_watch_off(&line->writable);
	pty_queue_free(&line->queue);
	line->gone_at = engine_now_us();
	set_timer(line);
	return 0;
}

static void
on_readable(int fd, void *arg)
{
	struct line *line = arg;

	(void)fd;
	engine_work(line->ends.id);
	for (int i = 0; i < PTY_READS && read_pty(line) >= PTY_READ_MUCH; i++)
		;
	if (line->pty != -1 && line->hold.stage != LOGIN_OVER)
		settle(line);	/* the hold's deadline may have changed */
	gre_socket_flush(IPC_FD_GRE);
	engine_work(0);
}

static void
on_writable(int fd, void *arg)
{
	struct line *line = arg;

	(void)fd;
	engine_work(line->ends.id);
	write_pty(line);
	settle(line);
	gre_socket_flush(IPC_FD_GRE);
	engine_work(0);
}

/* --- beginning and end --------------------------------------------------- */

void
line_init(struct line *line, const struct line_ends *ends,
    struct call_record *rec, const struct line_events *events, void *owner)
{
	memset(line, 0, sizeof(*line));
	line->events = events;
	line->owner = owner;
	line->rec = rec;
	line->ends = *ends;
	line->pty = -1;
	line->timer_at = UINT64_MAX;
	gre_reorder_init(&line->reorder);
	/* An engine before us may have found out that they are lost. */
	line->large.said = diagnosis_large(&line->diagnosis,
	    rec->diagnosis == DIAGNOSIS_LARGE_LOST,
	    (uint16_t)rec->diagnosis_detail);
	/* After an adoption nobody knows how far the login has come. */
	login_hold_free(&line->hold);
}

void
line_begin(struct line *line, uint16_t window, uint64_t asked)
{
	login_hold_init(&line->hold);
	login_steps_begin(&line->steps, asked);
	diagnosis_begin(&line->diagnosis, engine_now_us());
	gre_rx_init(&line->rec->rx);
	gre_tx_init(&line->rec->tx);
	gre_ack_init(&line->rec->ack, window);
}

/* Closes the gate: a pppd is about to take the pty over. */
static void
close_gate(struct line *line)
{
	line->gate_open = false;
	line->gate_at = engine_now_us() + GATE_US;
}

void
line_open(struct line *line, int pty)
{
	line->pty = pty;
	loop_watch_init(&line->readable, pty, LOOP_READ, on_readable, line);
	loop_watch_init(&line->writable, pty, LOOP_WRITE, on_writable, line);
	loop_timer_init(&line->timer, on_timer, line);
	(void)loop_watch_on(&line->readable);
	line->watched = diagnosis_watched(&line->diagnosis);
	if (line->watched)
		LIST_INSERT_HEAD(&logins, line, login);
	close_gate(line);
	line->gate_open = line->rec->tx.next > 0;
	set_timer(line);
}

bool
line_is_open(const struct line *line)
{
	return line->gate_open;
}

void
line_drain(struct line *line)
{
	if (line->pty != -1 && line->gone_at == 0) {
		while (read_pty(line) > 0)
			;
	}
	gre_socket_flush(IPC_FD_GRE);
}

void
line_restart(struct line *line)
{
	if (line->pty == -1)
		return;
	decoder_put(line);
	login_hold_free(&line->hold);
	loop_watch_off(&line->writable);
	line->full = false;
	line->gone_at = 0;
	close_gate(line);
	(void)loop_watch_on(&line->readable);
	set_timer(line);
}

void
line_close(struct line *line)
{
	trace_detach(&line->trace);
	if (line->pty == -1)
		return;
	line->pty = -1;
	if (line->watched)
		LIST_REMOVE(line, login);
	line->watched = false;
	untouch(line);
	loop_watch_off(&line->readable);
	loop_watch_off(&line->writable);
	loop_timer_stop(&line->timer);
}

void
line_judge(struct line *line)
{
	if (line->pty != -1)
		diagnose(line, engine_now_us(), true);
}

void
line_free(struct line *line)
{
	pty_queue_free(&line->queue);
	decoder_put(line);
	login_hold_free(&line->hold);
	gre_reorder_free(&line->reorder);
}
