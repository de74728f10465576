/* Sizes of what processes of different versions may say to each other. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LAYOUT_H
#define PPTPD_LAYOUT_H

/*
 * A keeper may be older than the monitor that it finds, and a program may be
 * newer than the monitor that starts it: they tell by version and size whether
 * they understand each other.  This stops a compiler that finds a struct of
 * another size under the same version.  Who changes such a struct raises its
 * version, and writes both where it is declared.  A change that keeps the
 * size changes the meaning, so it raises the version as well.
 *
 * Of the machines where a long has 64 bits; others may align differently.
 */
#define LAYOUT(type, version, its_version, octets)			\
	_Static_assert(sizeof(long) != 8 ||				\
	    ((version) == (its_version) && sizeof(type) == (octets)),	\
	    #type " has changed: raise " #version)

#endif
