/* SPDX-License-Identifier: GPL-2.0-only */
/// What the plugin takes from this library: one function per style, named in the table of plugin.cpp.

#include "pair_tumble.h"

extern "C" {

__attribute__((visibility("default"))) void *create_pair_tumble(void *lmp)
{
  return new LAMMPS_NS::PairTumble(static_cast<LAMMPS_NS::LAMMPS *>(lmp));
}
}
