/* The packet socket of an interface, with a filter in the kernel. */
/* SPDX-License-Identifier: ISC */
#include "capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define PACKET_MAX	65535		/* octets in an IPv4 packet */
#define ACCEPT		UINT32_MAX
#define LOAD(what)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
			    (uint32_t)(SKF_AD_OFF + (what)))
#define IF_EQUAL(k, t, f) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, t, f)
#define DROP		BPF_STMT(BPF_RET | BPF_K, 0)

/* libpcap's program looks for an IP header, so other protocols are dropped. */
static const struct sock_filter only_ip[] = {
	LOAD(SKF_AD_PROTOCOL), IF_EQUAL(ETH_P_IP, 1, 0), DROP,
};
/* An Ethernet frame to one station is dropped: it is no broadcast. */
static const struct sock_filter only_everybody[] = {
	LOAD(SKF_AD_PKTTYPE), IF_EQUAL(PACKET_HOST, 1, 0),
	IF_EQUAL(PACKET_OTHERHOST, 0, 1), DROP,
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* Copies libpcap's program; only the length that it returns must differ. */
static void
append(struct sock_filter *code, unsigned short *len,
    const struct bpf_program *program)
{
	unsigned int i;

	for (i = 0; i < program->bf_len; i++) {
		const struct bpf_insn *insn = &program->bf_insns[i];
		struct sock_filter *f = &code[(*len)++];

		f->code = insn->code;
		f->jt = insn->jt;
		f->jf = insn->jf;
		f->k = insn->k;
		if (f->code == (BPF_RET | BPF_K) && f->k != 0)
			f->k = ACCEPT;
	}
}

static bool
build(struct capture *capture, const struct bpf_program *program)
{
	size_t most = COUNT(only_ip) + COUNT(only_everybody) + program->bf_len;

	capture->code = calloc(most, sizeof(capture->code[0]));
	capture->code_ether = calloc(most, sizeof(capture->code[0]));
	if (most > BPF_MAXINSNS || capture->code == NULL ||
	    capture->code_ether == NULL)
		return false;
	memcpy(capture->code, only_ip, sizeof(only_ip));
	capture->len = COUNT(only_ip);
	append(capture->code, &capture->len, program);
	memcpy(capture->code_ether, only_ip, sizeof(only_ip));
	memcpy(capture->code_ether + COUNT(only_ip), only_everybody,
	    sizeof(only_everybody));
	capture->len_ether = COUNT(only_ip) + COUNT(only_everybody);
	append(capture->code_ether, &capture->len_ether, program);
	return true;
}

bool
capture_init(struct capture *capture, const char *text)
{
	struct bpf_program program;
	pcap_t *pcap;
	bool done;

	memset(capture, 0, sizeof(*capture));
	pcap = pcap_open_dead(DLT_RAW, PACKET_MAX);
	if (pcap == NULL) {
		log_err("libpcap: out of memory");
		return false;
	}
	if (pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		log_err("libpcap: %s: \"%s\"", pcap_geterr(pcap), text);
		pcap_close(pcap);
		return false;
	}
	done = build(capture, &program);
	pcap_freecode(&program);
	pcap_close(pcap);
	if (!done) {
		log_err("no room for the filter \"%s\"", text);
		capture_free(capture);
	}
	return done;
}

void
capture_free(struct capture *capture)
{
	free(capture->code);
	free(capture->code_ether);
	memset(capture, 0, sizeof(*capture));
}

/* Sets the filter before bind(2), so that no other packet ever gets in. */
int
capture_open(const struct capture *capture, int index, bool ether)
{
	struct sock_fprog prog = { capture->len, capture->code };
	struct sockaddr_ll sll = { .sll_family = AF_PACKET,
	    .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index };
	int fd, on = 1, error;

	if (ether) {
		prog.len = capture->len_ether;
		prog.filter = capture->code_ether;
	}
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == 0 && setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER,
	    &on, sizeof(on)) == 0 && bind(fd, (struct sockaddr *)&sll,
	    sizeof(sll)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}
