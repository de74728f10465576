/* Questions to TCP wrappers, each in a child, since names take the DNS. */
#ifndef PPTPD_ASKING_H
#define PPTPD_ASKING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Gets the answer to the question with that token. */
typedef void asking_answer(uint32_t token, bool allowed);

/*
 * May client (network order) connect?  The answer comes at once where there
 * are no rules, else when the child is reaped; a client whose name is not to
 * be had in 2 s is one without a name.
 */
void	asking_start(uint32_t token, uint32_t client, asking_answer *);
/* Whether a child is being waited for. */
bool	asking_waits(void);
/* A child of ours was reaped; true if it was one of these. */
bool	asking_reaped(pid_t, int wait_status, asking_answer *);

#endif
