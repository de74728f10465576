/* What a plugin's file says about itself, without loading it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PLUGIN_ELF_H
#define PPTPD_PLUGIN_ELF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads the string behind the dynamic symbol `pppd_version`, the version of
 * pppd that a plugin was built for.  False, and version "", when the file
 * cannot be read, is cut short, or has no such symbol.
 */
bool	plugin_elf_version(const char *path, char *version, size_t size);

/*
 * Whether the file exports a dynamic symbol of that name.  A program without
 * the symbols that plugins are linked against cannot load any plugin.
 */
bool	plugin_elf_exports(const char *path, const char *name);

/*
 * Whether the file holds all that the loader will map.  pppd is killed by a
 * signal when it loads a file that was cut short.  True also when it is no ELF
 * file of this machine's kind.
 */
bool	plugin_elf_whole(const char *path);

/*
 * Are both files programs or libraries for the same machine?  True also when
 * one of them is no ELF file at all (a pppd may be a script).
 */
bool	plugin_elf_same_machine(const char *a, const char *b);

#endif
