/* Digits of a text. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DIGIT_H
#define PPTPD_DIGIT_H

/* The value of a digit in base 2 to 16, either case; -1: it is none. */
static inline int
digit_value(char c, int base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value < base ? value : -1;
}

#endif
