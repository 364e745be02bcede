/* SPDX-License-Identifier: GPL-2.0-only */
/// Registers the styles with the LAMMPS that loads the plugin, if it is the one that the plugin was compiled for.

#include "plugin_api.h"

#include "library.h"
#include "pair_tumble.h"

#include <cstdio>

namespace {

void *create_pair_tumble(void *lmp)
{
  return new LAMMPS_NS::PairTumble(static_cast<LAMMPS_NS::LAMMPS *>(lmp));
}

}    // namespace

void lammpsplugin_init(void *lmp, void *handle, void *regfunc)
{
  // Classes differ between releases: only the C interface may be touched before the versions have been compared.
  const int version = lammps_version(lmp);
  if (version != TUMBLE_LAMMPS_VERSION) {
    if (lammps_extract_setting(lmp, "world_rank") == 0)
      fprintf(stderr,
              "ERROR: pair_style tumble %s isn't available: the plugin was compiled for LAMMPS %d, got LAMMPS %d; "
              "install tumble again beside this LAMMPS\n",
              TUMBLE_VERSION, TUMBLE_LAMMPS_VERSION, version);
    return;
  }

  lammpsplugin_t plugin{};
  plugin.version = static_cast<LAMMPS_NS::LAMMPS *>(lmp)->version;
  plugin.style = "pair";
  plugin.name = "tumble";
  plugin.info = "machine-learning potentials with broken symmetries, pair_style tumble " TUMBLE_VERSION;
  plugin.author = "the Tumble developers";
  plugin.creator.v1 = &create_pair_tumble;
  plugin.handle = handle;
  reinterpret_cast<lammpsplugin_regfunc>(regfunc)(&plugin, lmp);
}
