/* Calls that another engine has left: taking them up. */
#ifndef PPTPD_ADOPT_H
#define PPTPD_ADOPT_H

/*
 * A keeper that has lost its engine, at the other end of fd, which is owned
 * from then on: it will hand over its call.
 */
void	adopt_new(int fd);

#endif
