#pragma once
/// Conversion of options from Python, where they may be any object, to options of the core.

#include <pybind11/pybind11.h>

#include "tumble/frames/symmetrizer.h"

namespace tumble::bindings {

/// @throws ConfigurationError if `symmetrize` or `mode` isn't text, or `seed` isn't an integer of 64 bits
SymmetrizeOptions to_symmetrize_options(const pybind11::object& symmetrize, const pybind11::object& mode,
                                        const pybind11::object& seed);

}  // namespace tumble::bindings
