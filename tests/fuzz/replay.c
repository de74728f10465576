/*
 * Replays a seed corpus through a fuzz target, without a fuzzer: each file as
 * it is, cut short at every place, and changed at random in the same way on
 * every run; of many files, each a part of the places and changes.  "replay_X"
 * reads the directory $CORPUS/X; with arguments it reads these files alone, which
 * is how a finding of "make fuzz" is repeated.  With $EVERY=N, only each Nth cut
 * and change is made: for slow machines, such as valgrind's.
 */
/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"
#include "../unit/prng.h"

#define INPUT_MAX	65536
#define CUTS_MAX	512	/* places near the start are enough */
#define CHANGES		400	/* of each file */
#define FILES		40	/* of more, each Nth cut and change */
#define SEED		2637

static size_t every = 1;

/* From memory that ends with the input: sanitizers see an overrun. */
static void
feed(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	MUST(copy != NULL);
	memcpy(copy, data, size);
	MUST(LLVMFuzzerTestOneInput(copy, size) == 0);
	free(copy);
}

static void
change(uint8_t *data, size_t *size)
{
	static const uint8_t edges[] = { 0x00, 0x01, 0x7d, 0x7e, 0x7f, 0x80,
		0xff, 0x0a, 0x20, 0x2f };
	size_t at, n, times;

	for (times = prng() % 6 + 1; times > 0 && *size > 0; times--) {
		at = prng() % *size;
		switch (prng() % 5) {
		case 0:
			data[at] ^= (uint8_t)(1 << prng() % 8);
			break;
		case 1:
			data[at] = edges[prng() % sizeof(edges)];
			break;
		case 2:
			data[at] = (uint8_t)(prng() >> 9);
			break;
		case 3:				/* take some out */
			n = prng() % (*size - at) % 16 + 1;
			memmove(data + at, data + at + n, *size - at - n);
			*size -= n;
			break;
		case 4:				/* say some twice */
			n = prng() % (*size - at) % 256 + 1;
			if (*size + n > INPUT_MAX)
				break;
			memmove(data + at + n, data + at, *size - at);
			*size += n;
			break;
		}
	}
}

/* Returns 0, or -1 if the file cannot be read. */
static int
replay_file(const char *path, int alone)
{
	static uint8_t data[INPUT_MAX], changed[INPUT_MAX];
	size_t size, cut, n;
	FILE *f = fopen(path, "rb");
	size_t i;

	if (f == NULL) {
		perror(path);
		return -1;
	}
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	feed(data, size);
	if (alone)
		return 0;
	/* Not the same places in all files. */
	for (cut = size % every; cut < size && cut < CUTS_MAX; cut += every)
		feed(data, cut);
	prng_state = SEED + (uint32_t)(size % every);
	for (i = 0; i < CHANGES; i += every) {
		memcpy(changed, data, size);
		n = size;
		change(changed, &n);
		feed(changed, n);
	}
	return 0;
}

/* Many files share what FILES of them would get. */
static void
share_out(DIR *dir)
{
	size_t files = 0;

	while (readdir(dir) != NULL)
		files++;
	rewinddir(dir);
	if (files > FILES)
		every *= files / FILES;
}

/* Returns the number of files, or -1. */
static int
replay_directory(const char *corpus, const char *target)
{
	char path[4096];
	struct dirent *entry;
	DIR *dir;
	int files = 0;

	snprintf(path, sizeof(path), "%s/%s", corpus, target);
	dir = opendir(path);
	if (dir == NULL) {
		perror(path);
		return -1;
	}
	share_out(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", corpus, target,
		    entry->d_name);
		if (replay_file(path, 0) == -1) {
			files = -1;
			break;
		}
		files++;
	}
	closedir(dir);
	return files;
}

int
main(int argc, char **argv)
{
	const char *corpus = getenv("CORPUS"), *steps = getenv("EVERY");
	const char *target;
	int i, files;

	if (steps != NULL)
		every = strtoul(steps, NULL, 10);
	MUST(every > 0);

	for (i = 1; i < argc; i++) {
		if (replay_file(argv[i], 1) == -1)
			return 1;
	}
	if (argc > 1)
		return 0;
	target = strstr(argv[0], "replay_");
	if (corpus == NULL || target == NULL) {
		fprintf(stderr, "usage: %s FILE ...\n", argv[0]);
		return 1;
	}
	files = replay_directory(corpus, target + strlen("replay_"));
	printf("%s: %d files\n", target, files);
	return files > 0 ? 0 : 1;
}
