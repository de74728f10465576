/*
 * Preloaded into pppd: the clock that it seeds its random numbers with stands
 * still, and its process number is always the same.
 */
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	(void)zone;
	tv->tv_sec = 1700000000;
	tv->tv_usec = 123456;
	return 0;
}

pid_t
getpid(void)
{
	return 4242;
}
