/* Monitor: what a plugin's file says about itself, without loading it. */
/* SPDX-License-Identifier: ISC */
#include "monitor/plugin_elf.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (8 * 1024 * 1024)	/* octets; plugins have some ten KB */

/* A file in memory.  Every read from it is checked for bounds, and copies. */
struct image {
	unsigned char	*p;
	size_t		 size;
};

static bool
image_read(struct image *im, const char *path)
{
	struct stat st;
	ssize_t n;
	int fd;

	im->p = NULL;
	im->size = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    st.st_size <= FILE_MAX)
		im->p = malloc((size_t)st.st_size);
	while (im->p != NULL && im->size < (size_t)st.st_size) {
		n = read(fd, im->p + im->size, (size_t)st.st_size - im->size);
		if (n <= 0)
			break;
		im->size += (size_t)n;
	}
	close(fd);
	return im->p != NULL;
}

static bool
image_get(const struct image *im, uint64_t at, void *dst, size_t n)
{
	if (at > im->size || n > im->size - at)
		return false;
	memcpy(dst, im->p + at, n);
	return true;
}

/* True when the string at `at`, with its NUL, lies within the file. */
static bool
image_text(const struct image *im, uint64_t at, const char **s)
{
	if (at >= im->size || memchr(im->p + at, '\0', im->size - at) == NULL)
		return false;
	*s = (const char *)im->p + at;
	return true;
}

static bool
is_elf(const unsigned char *ident)
{
	return memcmp(ident, ELFMAG, SELFMAG) == 0;
}

/* Reads the header.  False if it is no ELF file of this machine's class. */
static bool
elf_header(const struct image *im, ElfW(Ehdr) *eh)
{
	return image_get(im, 0, eh, sizeof(*eh)) && is_elf(eh->e_ident) &&
	    eh->e_ident[EI_CLASS] == (sizeof(eh->e_entry) == 8 ?
	    ELFCLASS64 : ELFCLASS32) &&
	    eh->e_shentsize == sizeof(ElfW(Shdr)) &&
	    eh->e_phentsize == sizeof(ElfW(Phdr));
}

/* Turns an address in memory into an offset in the file. */
static bool
file_offset(const struct image *im, const ElfW(Ehdr) *eh, ElfW(Addr) addr,
    uint64_t *at)
{
	ElfW(Phdr)	ph;
	unsigned int i;

	for (i = 0; i < eh->e_phnum; i++) {
		if (!image_get(im, eh->e_phoff + (uint64_t)i * sizeof(ph), &ph,
		    sizeof(ph)))
			return false;
		if (ph.p_type == PT_LOAD && addr >= ph.p_vaddr &&
		    addr - ph.p_vaddr < ph.p_filesz) {
			*at = ph.p_offset + (addr - ph.p_vaddr);
			return true;
		}
	}
	return false;
}

/* Looks the symbol up in one SHT_DYNSYM section. */
static bool
find_symbol(const struct image *im, const ElfW(Ehdr) *eh,
    const ElfW(Shdr) *symbols, const char *name, ElfW(Sym) *sym)
{
	ElfW(Shdr)	 strings;
	const char *s;
	uint64_t i;

	if (!image_get(im, eh->e_shoff + (uint64_t)symbols->sh_link *
	    sizeof(strings), &strings, sizeof(strings)))
		return false;
	for (i = 0; i < symbols->sh_size / sizeof(*sym); i++) {
		if (!image_get(im, symbols->sh_offset + i * sizeof(*sym), sym,
		    sizeof(*sym)))
			return false;
		if (sym->st_shndx != SHN_UNDEF && image_text(im,
		    (uint64_t)strings.sh_offset + sym->st_name, &s) &&
		    strcmp(s, name) == 0)
			return true;
	}
	return false;
}

/* Looks up a symbol that the file exports. */
static bool
dynamic_symbol(const struct image *im, const char *name, ElfW(Ehdr) *eh,
    ElfW(Sym) *sym)
{
	ElfW(Shdr)	 sh;
	unsigned int i;

	if (!elf_header(im, eh))
		return false;
	for (i = 0; i < eh->e_shnum; i++) {
		if (!image_get(im, eh->e_shoff + (uint64_t)i * sizeof(sh),
		    &sh, sizeof(sh)))
			return false;
		if (sh.sh_type == SHT_DYNSYM &&
		    find_symbol(im, eh, &sh, name, sym))
			return true;
	}
	return false;
}

static bool
version_in(const struct image *im, char *version, size_t size)
{
	ElfW(Ehdr)	 eh;
	ElfW(Sym)	 sym;
	const char *s;
	uint64_t at;

	if (!dynamic_symbol(im, "pppd_version", &eh, &sym) ||
	    !file_offset(im, &eh, sym.st_value, &at) ||
	    !image_text(im, at, &s) || strlen(s) >= size)
		return false;
	strcpy(version, s);
	return true;
}

bool
plugin_elf_exports(const char *path, const char *name)
{
	struct image im;
	ElfW(Ehdr)	eh;
	ElfW(Sym)	sym;
	bool ok;

	ok = image_read(&im, path) && dynamic_symbol(&im, name, &eh, &sym);
	free(im.p);
	return ok;
}

bool
plugin_elf_version(const char *path, char *version, size_t size)
{
	struct image im;
	size_t i;
	bool ok;

	version[0] = '\0';
	ok = image_read(&im, path) && version_in(&im, version, size);
	free(im.p);
	/* The version is shown to people: printable characters only. */
	for (i = 0; version[i] != '\0'; i++) {
		if (version[i] <= ' ' || version[i] > '~')
			version[i] = '?';
	}
	return ok;
}

static bool
all_there(const struct image *im, const ElfW(Ehdr) *eh)
{
	ElfW(Phdr)	ph;
	unsigned int i;

	for (i = 0; i < eh->e_phnum; i++) {
		if (!image_get(im, eh->e_phoff + (uint64_t)i * sizeof(ph), &ph,
		    sizeof(ph)))
			return false;
		if (ph.p_type == PT_LOAD && (ph.p_offset > im->size ||
		    ph.p_filesz > im->size - ph.p_offset))
			return false;
	}
	return true;
}

bool
plugin_elf_whole(const char *path)
{
	struct image im;
	ElfW(Ehdr)	eh;
	bool whole;

	whole = !image_read(&im, path) || !elf_header(&im, &eh) ||
	    all_there(&im, &eh);
	free(im.p);
	return whole;
}

/*
 * Reads e_ident up to EI_DATA, and e_machine.  Both are at the same place in 32
 * and 64 bit files.
 */
static bool
machine_of(const char *path, unsigned char id[EI_DATA + 1 + 2])
{
	unsigned char head[20];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return false;
	n = read(fd, head, sizeof(head));
	close(fd);
	if (n != (ssize_t)sizeof(head) || !is_elf(head))
		return false;
	memcpy(id, head, EI_DATA + 1);
	memcpy(id + EI_DATA + 1, head + 18, 2);
	return true;
}

bool
plugin_elf_same_machine(const char *a, const char *b)
{
	unsigned char ia[EI_DATA + 3], ib[EI_DATA + 3];

	return !machine_of(a, ia) || !machine_of(b, ib) ||
	    memcmp(ia, ib, sizeof(ia)) == 0;
}
