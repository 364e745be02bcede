/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_LAMMPS_PLUGIN_API_H
#define TUMBLE_LAMMPS_PLUGIN_API_H

/// LAMMPS' plugin interface, declared here because its header `lammpsplugin.h` isn't in LAMMPS' Python package.
/// Source: LAMMPS manual, "Writing plugins" (Developer_plugins), release 22 Jul 2025.

extern "C" {

/// Function that creates a pair style, command, ... from a `LAMMPS *`.
using lammpsplugin_factory1 = void *(void *);
/// Function that creates a compute, fix or region, with its arguments.
using lammpsplugin_factory2 = void *(void *, int, char **);

struct lammpsplugin_t {
  const char *version;    // LAMMPS version that the plugin was compiled for, as text
  const char *style;      // "pair", "compute", ...
  const char *name;       // name of the style in input scripts
  const char *info;
  const char *author;
  union {
    lammpsplugin_factory1 *v1;
    lammpsplugin_factory2 *v2;
  } creator;
  void *handle;    // handle of the shared object
};

using lammpsplugin_regfunc = void (*)(lammpsplugin_t *, void *);

/// Called by LAMMPS when it loads the shared object.
__attribute__((visibility("default"))) void lammpsplugin_init(void *lmp, void *handle, void *regfunc);
}

#endif
