/* Engine: one client of the control socket, its lines and its answers. */
/* SPDX-License-Identifier: ISC */
#include "engine/admin_client.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define OUT_ENOUGH	16384	/* octets made before they are sent */

struct admin_client *
admin_client_new(int fd)
{
	struct admin_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fd = fd;
	c->out = evbuffer_new();
	if (c->out != NULL)
		return c;
	free(c);
	return NULL;
}

void
admin_client_free(struct admin_client *c)
{
	if (c->fd != -1)	/* a trace may have it */
		close(c->fd);
	admin_request_free(&c->request);
	evbuffer_free(c->out);
	free(c);
}

/* --- input --------------------------------------------------------------- */

bool
admin_client_read(struct admin_client *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len,
	    0);

	if (n == -1)
		return errno == EAGAIN || errno == EINTR;
	c->eof = n == 0;
	c->in_len += (size_t)n;
	return true;
}

const char *
admin_client_line(const struct admin_client *c, size_t *len)
{
	const char *end = memchr(c->in, '\n', c->in_len);

	if (end == NULL)
		return NULL;
	*len = (size_t)(end - c->in);
	return c->in;
}

void
admin_client_line_done(struct admin_client *c, size_t len)
{
	c->in_len -= len + 1;
	memmove(c->in, c->in + len + 1, c->in_len);
}

bool
admin_client_line_too_long(const struct admin_client *c)
{
	size_t len;

	return c->in_len == sizeof(c->in) && admin_client_line(c, &len) == NULL;
}

/* --- output -------------------------------------------------------------- */

void
admin_client_put(struct admin_client *c, json_t *object)
{
	char *line = NULL;

	if (object != NULL && c->request.id != NULL &&
	    json_object_set(object, "id", c->request.id) == -1)
		c->broken = true;
	if (object != NULL)
		line = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (line == NULL || evbuffer_add(c->out, line, strlen(line)) == -1 ||
	    evbuffer_add(c->out, "\n", 1) == -1)
		c->broken = true;
	free(line);
	json_decref(object);
}

void
admin_client_answer(struct admin_client *c, json_t *result)
{
	admin_client_put(c, json_pack("{sb so}", "ok", 1, "result", result));
	admin_request_free(&c->request);
}

void
admin_client_refuse(struct admin_client *c, const struct admin_error *e)
{
	char safe[4 * sizeof(e->text)];
	json_t *text = json_string(e->text);

	if (text == NULL)	/* it quotes a request that is no UTF-8 */
		text = json_string(log_escape(safe, sizeof(safe), e->text,
		    strlen(e->text)));
	admin_client_put(c, json_pack("{sb s{ss so}}", "ok", 0, "error",
	    "code", e->code, "text", text));
	admin_request_free(&c->request);
}

void
admin_client_refuse_text(struct admin_client *c, const char *code,
    const char *text)
{
	struct admin_error e;

	admin_error_set(&e, code, "%s", text);
	admin_client_refuse(c, &e);
}

bool
admin_client_is_full(const struct admin_client *c)
{
	return c->broken || evbuffer_get_length(c->out) >= OUT_ENOUGH;
}

size_t
admin_client_unsent(const struct admin_client *c)
{
	return evbuffer_get_length(c->out);
}

bool
admin_client_flush(struct admin_client *c, size_t *sent)
{
	size_t len;

	*sent = 0;
	while ((len = evbuffer_get_contiguous_space(c->out)) > 0) {
		ssize_t n = send(c->fd, evbuffer_pullup(c->out, (ssize_t)len),
		    len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN;
		evbuffer_drain(c->out, (size_t)n);
		*sent += (size_t)n;
	}
	return true;
}
