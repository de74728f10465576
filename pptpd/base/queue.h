/*
 * Base: lists whose links lie in their members, as in BSD's <sys/queue.h>,
 * which musl lacks.  Has only the macros used here; queue(3) describes them.
 */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_QUEUE_H
#define PPTPD_QUEUE_H

#include <stddef.h>

/* --- SLIST: the first member leaves; new ones come to the front ----------- */

#define SLIST_HEAD(tag, type)						\
struct tag {								\
	struct type *first;						\
}

#define SLIST_HEAD_INITIALIZER(head)	{ NULL }

#define SLIST_ENTRY(type)						\
struct {								\
	struct type *next;						\
}

#define SLIST_FIRST(head)		((head)->first)
#define SLIST_EMPTY(head)		(SLIST_FIRST(head) == NULL)

#define SLIST_INSERT_HEAD(head, member, link) do {			\
	(member)->link.next = (head)->first;				\
	(head)->first = (member);					\
} while (0)

#define SLIST_REMOVE_HEAD(head, link) do {				\
	(head)->first = (head)->first->link.next;			\
} while (0)

/* --- LIST: any member can leave; new ones come to the front --------------- */

#define LIST_HEAD(tag, type)						\
struct tag {								\
	struct type *first;						\
}

#define LIST_HEAD_INITIALIZER(head)	{ NULL }

/* where points to the pointer that leads to this member. */
#define LIST_ENTRY(type)						\
struct {								\
	struct type *next, **where;					\
}

#define LIST_FIRST(head)		((head)->first)
#define LIST_NEXT(member, link)		((member)->link.next)
#define LIST_EMPTY(head)		(LIST_FIRST(head) == NULL)

#define LIST_FOREACH(member, head, link)				\
	for ((member) = LIST_FIRST(head); (member) != NULL;		\
	    (member) = LIST_NEXT(member, link))

#define LIST_INSERT_HEAD(head, member, link) do {			\
	(member)->link.where = &(head)->first;				\
	(member)->link.next = (head)->first;				\
	if ((member)->link.next != NULL)				\
		(member)->link.next->link.where = &(member)->link.next;	\
	(head)->first = (member);					\
} while (0)

#define LIST_INSERT_AFTER(before, member, link) do {			\
	(member)->link.where = &(before)->link.next;			\
	(member)->link.next = (before)->link.next;			\
	if ((member)->link.next != NULL)				\
		(member)->link.next->link.where = &(member)->link.next;	\
	(before)->link.next = (member);					\
} while (0)

#define LIST_REMOVE(member, link) do {					\
	*(member)->link.where = (member)->link.next;			\
	if ((member)->link.next != NULL)				\
		(member)->link.next->link.where = (member)->link.where;	\
} while (0)

/* --- TAILQ: the same, and new ones go to the end -------------------------- */

/* end points to the pointer that will lead to the next new member. */
#define TAILQ_HEAD(tag, type)						\
struct tag {								\
	struct type *first, **end;					\
}

#define TAILQ_HEAD_INITIALIZER(head)	{ NULL, &(head).first }
#define TAILQ_ENTRY(type)		LIST_ENTRY(type)
#define TAILQ_FIRST(head)		LIST_FIRST(head)
#define TAILQ_NEXT(member, link)	LIST_NEXT(member, link)
#define TAILQ_EMPTY(head)		LIST_EMPTY(head)
#define TAILQ_FOREACH(member, head, link) LIST_FOREACH(member, head, link)

#define TAILQ_INIT(head) do {						\
	(head)->first = NULL;						\
	(head)->end = &(head)->first;					\
} while (0)

#define TAILQ_INSERT_TAIL(head, member, link) do {			\
	(member)->link.next = NULL;					\
	(member)->link.where = (head)->end;				\
	*(head)->end = (member);					\
	(head)->end = &(member)->link.next;				\
} while (0)

#define TAILQ_REMOVE(head, member, link) do {				\
	*(member)->link.where = (member)->link.next;			\
	if ((member)->link.next != NULL)				\
		(member)->link.next->link.where = (member)->link.where;	\
	else								\
		(head)->end = (member)->link.where;			\
} while (0)

/* Moves all members of other to the end of head; other is empty then. */
#define TAILQ_CONCAT(head, other, link) do {				\
	if (!TAILQ_EMPTY(other)) {					\
		*(head)->end = (other)->first;				\
		(other)->first->link.where = (head)->end;		\
		(head)->end = (other)->end;				\
		TAILQ_INIT(other);					\
	}								\
} while (0)

#endif
