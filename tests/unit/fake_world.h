/* All that an engine's calls and connections live in, played by a program. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FAKE_WORLD_H
#define PPTPD_FAKE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "fake_loop.h"
#include "protocol/pptp_gre.h"

/*
 * In place of the kernel, the monitor, keepers, the GRE socket and
 * engine/engine.c, for unit tests and the fuzz target.  A descriptor from
 * WORLD_FIRST on is one of these; the others are the program's own.  The event
 * loop and the clock are fake_loop's.  Whatever the engine must never do, such as
 * to close a descriptor twice, aborts.
 */
#define WORLD_FIRST	1000
#define WORLD_MAX	64		/* descriptors at a time */
#define WORLD_RX_MAX	4096
#define WORLD_TX_MAX	4096
#define WORLD_ALL	0xFFFFFFFFU	/* of what is sent */
#define WORLD_SERVER	0x0A000001
#define WORLD_CLIENT	0xC6336401	/* of a new record */
#define WORLD_ASKED_MAX	64
#define WORLD_GRE_MAX	64
#define WORLD_NEWS_MAX	64

enum world_kind {
	WORLD_NONE,		/* closed */
	WORLD_TCP,
	WORLD_KEEPER,
	WORLD_PTY,
	WORLD_RECORD
};

struct world_file {
	enum world_kind	 kind;
	uint32_t	 client;	/* network order */
	uint32_t	 room;		/* octets that the kernel takes */
	int		 error;		/* of reading and writing, then */
	bool		 eof;		/* a record with it is none */
	bool		 shut;		/* shutdown() was called */
	bool		 resets;	/* SO_LINGER was set */
	uint8_t		 rx[WORLD_RX_MAX];	/* to be read */
	size_t		 rx_len;
	uint8_t		 tx[WORLD_TX_MAX];	/* the first octets written */
	size_t		 tx_len;
	struct ipc_msg	 msg;		/* of a keeper */
	bool		 has_msg;
	int		 msg_fd;	/* -1: none */
};

struct world {
	bool		 deaf;		/* the monitor cannot be told */
	unsigned int	 files_max;	/* that the engine may have */
	/* Calls that the monitor owes. */
	struct ipc_msg	 asked[WORLD_ASKED_MAX];
	unsigned int	 nasked;
	/* The last thing that it was told, or a back engine was given. */
	struct ipc_msg	 told;
	unsigned int	 given;		/* calls to back engines */
	unsigned int	 hangups;	/* that keepers were told */
	unsigned int	 hangups_pty;	/* ... while a pty was open here */
	unsigned int	 clock_reads;	/* of engine_now_us() */
	unsigned int	 records;	/* that are mapped */
	/* What clients were sent through the GRE socket, the first ones. */
	struct pptp_gre	 gre[WORLD_GRE_MAX];
	unsigned int	 ngre;
	/* Copies that traces were given, by enum trace_what and trace_way. */
	unsigned int	 traced[3][2];
	bool		 tracing;	/* one has begun, and has a place */
	/* What the front was told. */
	enum ipc_news	 news[WORLD_NEWS_MAX];
	unsigned int	 nnews;
};

extern struct world world;

/* A new descriptor; -1: there are too many. */
int	world_open(enum world_kind);
/* What is behind one that is open. */
struct world_file *world_file(int fd);
/* Whether it is. */
bool	world_is_open(int fd);
/* The nth descriptor of a kind, -1: there is none. */
int	world_pick(enum world_kind, unsigned int nth);
/* How many of a kind are open. */
unsigned int world_count(enum world_kind);
/* Octets to be read from it; what does not fit is lost. */
void	world_feed(struct world_file *, const uint8_t *, size_t);
/* A new record, which call_record_unmap() frees. */
struct call_record *world_record(uint16_t our_id);

/* Serves the nth of the events that are ready, counted round; false: none is. */
bool	world_serve_one(unsigned int nth);
/* All of them, until none is ready. */
void	world_serve(void);
/* So many ms pass, and what they make ready is served. */
void	world_pass(uint64_t ms);
/* The event is over: what has ended in it is freed, and nobody waits for it. */
void	world_event_over(void);
/* All as at a start of the only engine. */
void	world_init(void);

#endif
