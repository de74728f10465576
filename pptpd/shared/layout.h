/* Checks of structs that processes of different versions exchange. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LAYOUT_H
#define PPTPD_LAYOUT_H

/*
 * A keeper may be older than the monitor that it finds, and a program may be
 * newer than the monitor that starts it.  Version and size tell them whether
 * they understand each other.  LAYOUT() makes the compiler stop if the size of
 * a struct has changed under the same version.  If you change such a struct,
 * raise its version and put the new version and size into its LAYOUT().  Raise
 * the version also after a change that keeps the size.
 *
 * The sizes are those of machines with a long of 64 bits; other machines may
 * align members differently, and are not checked.
 */
#define LAYOUT(type, version, its_version, octets)			\
	_Static_assert(sizeof(long) != 8 ||				\
	    ((version) == (its_version) && sizeof(type) == (octets)),	\
	    #type " has changed: raise " #version)

#endif
