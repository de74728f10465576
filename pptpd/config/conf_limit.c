/* The configuration: limits, their defaults, and what depends on others. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_key.h"

#define CONNECTION_RATE		2000	/* per second */
#define CONNECTION_RATE_PER_IP	20
#define CALL_RATE_PER_IP	10
#define CALL_TIMEOUT		60	/* seconds */
#define AUTH_TIMEOUT		60
#define AUTH_PENALTY		5
#define MESSAGE_RATE		10	/* per second */
#define LOG_RATE		5	/* per minute */
/* Room for connections without a call yet, beyond what the calls need. */
#define UNAUTH_ROOM		100
#define UNAUTH_ROOM_PER_IP	50

void
conf_limit_init(struct limit_conf *limits)
{
	limits->connection_rate = CONNECTION_RATE;
	limits->connection_rate_per_ip = CONNECTION_RATE_PER_IP;
	limits->call_rate_per_ip = CALL_RATE_PER_IP;
	limits->call_timeout = CALL_TIMEOUT;
	limits->auth_timeout = AUTH_TIMEOUT;
	limits->auth_penalty = AUTH_PENALTY;
	limits->message_rate = MESSAGE_RATE;
	limits->log_rate = LOG_RATE;
}

/*
 * After an outage all clients connect at once, perhaps from one address.  They
 * count as unauthenticated at first, so the defaults leave room for all calls.
 */
void
conf_limit_finish(struct conf *conf)
{
	struct limit_conf *limits = &conf->limits;
	uint32_t calls = CONF_CONNECTIONS_MAX;

	if (conf->slots > 0)
		calls = (uint32_t)conf->slots;
	limits->connections = calls;
	if (conf->origin[CONF_MAX_UNAUTH].from == CONF_FROM_DEFAULT)
		limits->max_unauth = 2 * calls + UNAUTH_ROOM;
	if (conf->origin[CONF_MAX_UNAUTH_PER_IP].from == CONF_FROM_DEFAULT)
		limits->max_unauth_per_ip = calls + UNAUTH_ROOM_PER_IP;
}
