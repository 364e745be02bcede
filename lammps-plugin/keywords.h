/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_KEYWORDS_H
#define TUMBLE_KEYWORDS_H

/// The words after `pair_style tumble`: the same keywords as in the core's other faces.

#include "tumble/potential.h"

namespace LAMMPS_NS {

/// @param arg keywords, each with its value
/// @throws tumble::ConfigurationError for an unknown keyword, or a value that is missing or wrong
tumble::LoadOptions parse_keywords(int narg, const char *const *arg);

}    // namespace LAMMPS_NS

#endif
