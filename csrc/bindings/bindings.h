#pragma once
/// The Python face of the core: one function per class, no logic.

#include <pybind11/pybind11.h>

namespace tumble::bindings {

void export_direct(pybind11::module_& m);
void export_elements(pybind11::module_& m);
void export_errors(pybind11::module_& m);
void export_graph(pybind11::module_& m);
void export_metadata(pybind11::module_& m);
void export_potential(pybind11::module_& m);
void export_symmetrizer(pybind11::module_& m);
void export_symmetry_error(pybind11::module_& m);
void export_ipi(pybind11::module_& m);

}  // namespace tumble::bindings
