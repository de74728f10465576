/* Where every program that we start looks for others, pppd and its scripts. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SEARCH_PATH_H
#define PPTPD_SEARCH_PATH_H

#define SEARCH_PATH	"PATH=/usr/local/sbin:/usr/sbin:/sbin:" \
			"/usr/local/bin:/usr/bin:/bin"

#endif
