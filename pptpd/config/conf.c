/* The configuration: the struct and its defaults. */
/* SPDX-License-Identifier: ISC */
#include "config/conf.h"

#include <stdlib.h>
#include <string.h>

#include "config/conf_key.h"
#include "config/conf_report.h"

void
conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf_set_string(&conf->file, CONF_FILE_DEFAULT);
	conf_set_string(&conf->pidfile, CONF_PIDFILE_DEFAULT);
	conf_set_string(&conf->ppp, CONF_PPP_DEFAULT);
	conf_set_string(&conf->speed, CONF_SPEED_DEFAULT);
	conf_set_string(&conf->plugin, CONF_PLUGIN_DEFAULT);
	conf_set_string(&conf->sandbox, CONF_SANDBOX_DEFAULT);
	conf->restart_grace = CONF_RESTART_GRACE_DEFAULT;
	conf_set_string(&conf->radius_conf, CONF_RADIUS_CONF_DEFAULT);
	conf_set_string(&conf->aaa_conf, CONF_AAA_CONF_DEFAULT);
	conf->engines = 1;
	conf->stimeout = CONF_STIMEOUT_DEFAULT;
	conf->connections = CONF_CONNECTIONS_DEFAULT;
	conf->inetd_callid = -1;
	conf_limit_init(&conf->limits);
}

bool
conf_table_any(const struct conf *conf)
{
	return conf->mss_clamp != 0 || conf->anti_spoofing;
}

bool
conf_net_any(const struct conf *conf)
{
	return conf_table_any(conf) || conf->aaa != CONF_AAA_NONE || conf->rate_limit.rate_down != 0 ||
	    conf->rate_limit.rate_up != 0;
}

void
conf_free(struct conf *conf)
{
	free(conf->file);
	free(conf->bcrelay);
	free(conf->listen);
	free(conf->pidfile);
	free(conf->ppp);
	free(conf->option);
	free(conf->speed);
	free(conf->localip);
	free(conf->remoteip);
	free(conf->plugin);
	free(conf->sandbox);
	free(conf->error);
	free(conf->control_group);
	free(conf->radius_conf);
	free(conf->aaa_conf);
	free(conf->datapath.networks);
	conf_pools_free(&conf->pools);
	iprange_free(&conf->local);
	iprange_free(&conf->remote);
	memset(conf, 0, sizeof(*conf));
}

static const char *const aaa_names[] = {
	[CONF_AAA_NONE] = "none",
	[CONF_AAA_RADIUS] = "radius",
	[CONF_AAA_EXEC] = "exec",
	[CONF_AAA_FILE] = "file",
	[CONF_AAA_WRONG] = "wrong"
};

const char *
conf_aaa_name(enum conf_aaa aaa)
{
	return aaa_names[aaa];
}

enum conf_aaa
conf_aaa_find(const char *name)
{
	enum conf_aaa aaa = CONF_AAA_NONE;

	while (aaa < CONF_AAA_WRONG && strcmp(aaa_names[aaa], name) != 0)
		aaa++;
	return aaa;
}

const char *
conf_aaa_file(const struct conf *conf)
{
	return conf->aaa == CONF_AAA_RADIUS ? conf->radius_conf :
	    conf->aaa_conf;
}
