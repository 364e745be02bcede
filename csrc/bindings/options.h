#pragma once
/// Options of Python, which may be any object, as those of the core.

#include <pybind11/pybind11.h>

#include "tumble/frames/symmetrizer.h"

namespace tumble::bindings {

/// @throws ConfigurationError for what isn't text, or no integer of 64 bits
SymmetrizeOptions to_symmetrize_options(const pybind11::object& symmetrize, const pybind11::object& mode,
                                        const pybind11::object& seed);

}  // namespace tumble::bindings
