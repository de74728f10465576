/* A process that waits for the disk in place of pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SYNCER_H
#define PPTPD_SYNCER_H

/*
 * Forks a process that can do nothing but fdatasync(2) of this file: for each
 * message to the descriptor that is returned it does so once, and answers with
 * an int, errno or 0.  It ends when that is closed, after what it was told
 * before.  With root's rights.  -1: there is none, with the reason logged.
 */
int	syncer_start(int file, const char *empty_dir);

#endif
