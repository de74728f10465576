/* pptpdctl trace: what passes through a call, into a file. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "ctl/trace_main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base64.h"
#include "ctl/pcapng.h"
#include "ctl/pptpdctl_link.h"
#include "ctl/pptpdctl_output.h"
#include "ctl/trace_frame.h"

#define FILE_MAX	(256U << 20)	/* octets of a file */
#define LATE_S		15	/* that the engine may take to end it */
#define EXIT_EMPTY	8	/* of the child, added: there is no file */

enum { ON_THE_WIRE, AT_PPPD, INTERFACES };	/* in the file */

static struct {
	int		 fd;
	uint64_t	 size, packets, lost, at;
	uint64_t	 count[INTERFACES];
	struct trace_ends ends;
	struct pcapng_block block;
} out;

static volatile sig_atomic_t got_signal, child;
static int link_fd;

/* --- the file ------------------------------------------------------------ */

/*
 * Where the file is.  The directory stays the one that it was opened in: its
 * path may lead elsewhere by the time that an empty file is taken away.
 */
struct place {
	int	    dir;
	const char *name;	/* in it */
	bool	    made;	/* by us */
};

static bool
find_place(struct place *at, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir;

	at->made = false;
	at->name = slash != NULL ? slash + 1 : path;
	dir = slash == NULL ? strdup(".") :
	    strndup(path, slash == path ? 1 : (size_t)(slash - path));
	at->dir = dir != NULL ? open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC) :
	    -1;
	free(dir);
	return at->dir != -1;
}

/*
 * Opens the file for us alone.  One that is there must be a plain file of ours
 * with no other name: root must not write through somebody's link.
 */
static int
open_file(struct place *at)
{
	struct stat st;
	int fd;

	fd = openat(at->dir, at->name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	at->made = fd != -1;
	if (fd != -1 || errno != EEXIST)
		return fd;
	fd = openat(at->dir, at->name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && st.st_nlink == 1 &&
	    fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0)
		return fd;
	close(fd);
	errno = EEXIST;
	return -1;
}

/* Writes the block; a file ends with a whole one, unless the disk is full. */
static bool
write_block(void)
{
	size_t done = 0;

	while (done < out.block.len) {
		ssize_t n = write(out.fd, out.block.octets + done,
		    out.block.len - done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			ctl_complain("trouble", "the file: %s",
			    strerror(errno));
			return false;
		}
		done += (size_t)n;
	}
	out.size += out.block.len;
	return true;
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "?";
}

static bool
begin_file(const json_t *result)
{
	const json_t *call = json_object_get(result, "call");
	char comment[512];

	memset(&out.ends, 0, sizeof(out.ends));
	if (inet_pton(AF_INET, text_of(call, "client"), &out.ends.client) !=
	    1 || inet_pton(AF_INET, text_of(call, "server"),
	    &out.ends.server) != 1) {
		ctl_complain("unreachable", "what answers is no pptpd");
		return false;
	}
	out.ends.client_port = (uint16_t)json_integer_value(json_object_get(
	    result, "client_port"));
	out.ends.server_port = (uint16_t)json_integer_value(json_object_get(
	    result, "server_port"));
	snprintf(comment, sizeof(comment), "call %s, session %s, user %s, "
	    "client %s; it may hold passwords, or what they can be found out "
	    "from", text_of(call, "call_id"), text_of(call, "session"),
	    text_of(call, "user"), text_of(call, "client"));
	pcapng_section(&out.block, "pptpdctl " PACKAGE_VERSION, comment);
	if (!write_block())
		return false;
	pcapng_interface(&out.block, PCAPNG_RAW, "control connection and GRE");
	if (!write_block())
		return false;
	pcapng_interface(&out.block, PCAPNG_PPP, "pppd");
	return write_block();
}

static bool
end_file(const char *why)
{
	char comment[256];

	snprintf(comment, sizeof(comment), "end of the trace: %s; %llu packets "
	    "are missing", why, (unsigned long long)out.lost);
	for (uint32_t i = 0; i < INTERFACES; i++) {
		pcapng_statistics(&out.block, i, out.at, out.count[i],
		    i == ON_THE_WIRE ? out.lost : 0, comment);
		if (!write_block())
			return false;
	}
	return true;
}

/* --- packets ------------------------------------------------------------- */

/* Puts the headers back; returns the interface. */
static int
frame(const json_t *line, bool sent, const uint8_t *data, size_t len,
    uint8_t head[TRACE_FRAME_MAX], size_t *head_len)
{
	const char *kind = text_of(line, "packet");
	uint32_t client = out.ends.client;

	if (strcmp(kind, "ppp") == 0) {
		head[0] = sent ? 1 : 0;
		*head_len = 1;
		return AT_PPPD;
	}
	(void)inet_pton(AF_INET, text_of(line, "client"), &client);
	*head_len = strcmp(kind, "control") == 0 ?
	    trace_frame_tcp(&out.ends, sent, data, len, head) :
	    trace_frame_gre(&out.ends, sent, client, len, head);
	return ON_THE_WIRE;
}

static bool
take_packet(const json_t *line)
{
	static uint8_t data[PCAPNG_BLOCK_MAX];
	const json_t *text = json_object_get(line, "data");
	json_int_t lost = json_integer_value(json_object_get(line, "lost"));
	uint8_t head[TRACE_FRAME_MAX];
	bool sent = strcmp(text_of(line, "way"), "out") == 0;
	size_t head_len, len;
	int interface;

	if (!json_is_string(text) || !base64_decode(data, sizeof(data) / 2,
	    &len, json_string_value(text), json_string_length(text)))
		return true;		/* of a later version, perhaps */
	if (lost > 0)
		out.lost += (uint64_t)lost;
	out.at = (uint64_t)json_integer_value(json_object_get(line, "at"));
	interface = frame(line, sent, data, len, head, &head_len);
	if (!pcapng_packet(&out.block, (uint32_t)interface, out.at, sent,
	    lost > 0 ? (uint64_t)lost : 0, head, head_len, data, len))
		return true;
	out.packets++;
	out.count[interface]++;
	return write_block();
}

/* --- the stream ---------------------------------------------------------- */

/* Ends the reading, wherever it is: the stream seems to be over then. */
static void
on_signal(int signo)
{
	got_signal = signo;
	(void)shutdown(link_fd, SHUT_RD);
}

static void
report(const struct trace_wish *wish, const char *why)
{
	json_t *result;

	if (ctl_is_json() && strcmp(wish->file, "-") != 0) {
		result = json_pack("{so sI sI so}", "file",
		    ctl_json_text(wish->file), "packets",
		    (json_int_t)out.packets, "lost", (json_int_t)out.lost,
		    "end", ctl_json_text(why));
		ctl_put_json(result);
		json_decref(result);
		return;
	}
	ctl_set_json(false);
	ctl_complain("trace", "%llu packets in %s, %llu are missing; end: %s",
	    (unsigned long long)out.packets, wish->file,
	    (unsigned long long)out.lost, why);
}

/* Reads packets to the end; *status is the exit status. */
static const char *
copy(struct link *in, const struct trace_wish *wish, int *status)
{
	static char why[64];
	json_t *line;

	*status = 0;
	while ((line = link_next(in)) != NULL) {
		bool good = true, over = json_object_get(line, "end") != NULL;
		json_int_t lost = json_integer_value(json_object_get(line,
		    "lost"));

		if (json_object_get(line, "packet") != NULL)
			good = take_packet(line);
		if (over) {
			snprintf(why, sizeof(why), "%s", text_of(line,
			    "end"));
			out.lost = lost > 0 ? (uint64_t)lost : out.lost;
		}
		json_decref(line);
		if (!good) {
			*status = EXIT_TROUBLE;
			return "the file cannot be written";
		}
		if (over)
			return why;
		if (out.packets >= wish->packets)
			return "packets";
		if (out.size > FILE_MAX)
			return "the file is full";
	}
	if (got_signal != 0)
		return got_signal == SIGALRM ? "seconds" : "interrupted";
	*status = EXIT_TROUBLE;
	return "the engine has ended, the rest is missing";
}

static void
handle_signals(void (*fn)(int))
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };
	struct sigaction sa = { .sa_handler = fn };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
	sa.sa_handler = SIG_IGN;	/* write(2) fails instead */
	sigaction(SIGPIPE, &sa, NULL);
}

/* Whether a request for a trace has been granted; *first is the answer. */
static bool
ask(struct link *in, const struct trace_wish *wish, json_t **first)
{
	*first = NULL;
	if (!link_greet(in) || !link_ask(in->fd, json_pack("{ss ss si si sb}",
	    "command", "trace", "call", wish->call, "seconds",
	    (int)wish->seconds, "packets", (int)wish->packets, "wait",
	    wish->wait ? 1 : 0)))
		return false;
	in->patient = wish->wait;
	while ((*first = link_next(in)) != NULL &&
	    json_object_get(*first, "ok") == NULL) {
		if (json_is_true(json_object_get(*first, "waiting")))
			fprintf(stderr, "pptpdctl: waiting for a call\n");
		json_decref(*first);
	}
	in->patient = true;
	return *first != NULL;
}

/* Without root: returns the exit status, plus EXIT_EMPTY if nothing was
 * written. */
static int
follow(int fd, pid_t parent, const struct trace_wish *wish)
{
	static struct link in;
	const json_t *result;
	const char *why;
	json_t *first;
	int status;

	in.fd = link_fd = fd;
	handle_signals(on_signal);
	if (!link_give_up_root() || !link_end_with(parent) ||
	    !ask(&in, wish, &first))
		return EXIT_TROUBLE + EXIT_EMPTY;
	if (!json_is_true(json_object_get(first, "ok"))) {
		status = link_refused(first) + EXIT_EMPTY;
		json_decref(first);
		return status;
	}
	(void)alarm(wish->seconds + LATE_S);
	result = json_object_get(first, "result");
	if (!begin_file(result))
		return EXIT_TROUBLE + EXIT_EMPTY;
	if (strcmp(text_of(json_object_get(result, "call"), "datapath"),
	    "kernel") == 0)
		fputs("pptpdctl: the kernel carries this call: GRE and PPP are "
		    "not seen, only its control connection\n", stderr);
	why = copy(&in, wish, &status);
	if (!end_file(why))
		status = EXIT_TROUBLE;
	report(wish, why);
	json_decref(first);
	return fflush(stdout) != 0 ? EXIT_TROUBLE : status;
}

/* --- two processes ------------------------------------------------------- */

static void
pass_on(int signo)
{
	if (child > 0)
		(void)kill((pid_t)child, signo);
}

/*
 * Who reads what an engine says has no rights any more, and could not take an
 * empty file away: so a child reads.
 */
int
trace_main(const char *socket_path, const struct trace_wish *wish)
{
	struct place at = { -1, NULL, false };
	int fd = link_open(socket_path), status = 0;
	pid_t self = getpid();

	if (fd == -1)
		return EXIT_TROUBLE;
	out.fd = strcmp(wish->file, "-") == 0 ? dup(STDOUT_FILENO) :
	    find_place(&at, wish->file) ? open_file(&at) : -1;
	if (out.fd == -1) {
		ctl_complain("trouble", "%s: %s", wish->file, errno == EEXIST ?
		    "it is there, and no plain file of this user" :
		    strerror(errno));
		return EXIT_TROUBLE;
	}
	child = fork();
	if (child == 0)
		exit(follow(fd, self, wish));
	handle_signals(pass_on);
	while (child > 0 && waitpid((pid_t)child, &status, 0) == -1 &&
	    errno == EINTR)
		;
	if (child == -1 || !WIFEXITED(status))
		status = EXIT_TROUBLE;
	else
		status = WEXITSTATUS(status);
	if (at.made && status >= EXIT_EMPTY)
		(void)unlinkat(at.dir, at.name, 0);
	return status >= EXIT_EMPTY ? status - EXIT_EMPTY : status;
}
