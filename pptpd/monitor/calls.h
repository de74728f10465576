/* The monitor's calls: slots, addresses, keepers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALLS_H
#define PPTPD_CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/conf.h"
#include "shared/ipc.h"
#include "shared/keeper_call.h"

/*
 * To be called after loop_init().  Sets up the slots for conf, which stays the
 * caller's and must stay.  log_stderr: keepers log to stderr too.  changed() is
 * called when a call that began under another monitor has ended.  0, or -1 with
 * errno set.
 */
int	calls_init(const struct conf *, bool log_stderr,
	    void (*changed)(void));
/*
 * Calls outlive engine and monitor from now on.  path is the socket where
 * keepers find the next monitor; the string must stay.  ledger is the file
 * that tells the next monitor which addresses are in use.
 */
void	calls_keep(const char *path, const char *ledger);
/*
 * Takes the addresses and limits of another configuration, which need not
 * stay.  Existing calls stay as they are.  0, or -1 without memory.
 */
int	calls_change(const struct conf *);
/*
 * The kernel may carry calls from now on: map is gre_filter.h's, -1 if it was
 * wanted and could not be had.  It stays the caller's.
 */
void	calls_kernel(int map);
/* Whom pptpd-aaa.so asks about callers, if aaa is wanted; NULL: nobody. */
void	calls_aaa(const char *socket);
/* The map, for the keeper of a call that the kernel carries; -1: none. */
int	calls_kernel_map(const struct keeper_call *);
/*
 * Starts the call that the engine asks for, over the control connection
 * control_fd (which stays the caller's; -1: it was lost).  Fills in the
 * reply; if it says connected, fds (IPC_REPLY_FD_*) are the engine's
 * ends, which the caller closes after sending.
 */
void	calls_start(const struct ipc_msg *request, int control_fd,
	    struct ipc_msg *reply, int fds[IPC_REPLY_FDS]);
/*
 * A keeper has lost its engine, or its monitor.  sock is the connection to it,
 * which stays the caller's; pppd_fd is a pidfd of its pppd, record_fd its
 * record; both are owned from then on.  CTRL_END_NONE: its
 * call goes on and is one of ours.  Otherwise the keeper has to end the call,
 * for the returned reason; *why says it in words.
 */
enum ctrl_end calls_rejoin(pid_t keeper, const struct keeper_call *,
	    int sock, int pppd_fd, int record_fd, const char **why);
/* Asks a keeper to end its call, if there is such a Call ID. */
void	calls_kick(uint16_t id);
/*
 * A child of ours was reaped; true if it was a call's keeper or pppd.  The
 * slot is free again only when both are gone.
 */
bool	calls_reaped(pid_t, int wait_status);
/* Whether some keeper has no pidfd, so that only SIGCHLD announces its end. */
bool	calls_wait_for_child(void);
/*
 * Kills each pppd that has lost its keeper and has not ended by itself.  True
 * if there are such: call again in a second.
 */
bool	calls_kill_orphans(void);
/* The number of slots, and how many of them are free. */
void	calls_slots(uint32_t *slots, uint32_t *free_slots);
/* The number of calls. */
unsigned int calls_count(void);
/* Kills the keepers and pppds that are left; for the end of the server. */
void	calls_kill_all(void);

#endif
