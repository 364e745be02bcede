#include "bindings.h"

#include "tumble/base/units.h"

namespace py = pybind11;

PYBIND11_MODULE(_core, m) {
    m.doc() = "Compiled core of Tumble";
    m.attr("version") = TUMBLE_VERSION;
    m.attr("units") = py::dict(py::arg("hartree_in_ev") = tumble::units::hartree_in_ev,
                               py::arg("bohr_in_angstrom") = tumble::units::bohr_in_angstrom,
                               py::arg("ev_per_cubic_angstrom_in_bar") = tumble::units::ev_per_cubic_angstrom_in_bar,
                               py::arg("ev_in_kcal_per_mol") = tumble::units::ev_in_kcal_per_mol);
    tumble::bindings::export_errors(m);
    tumble::bindings::export_elements(m);
    tumble::bindings::export_graph(m);
    tumble::bindings::export_metadata(m);
    tumble::bindings::export_symmetrizer(m);
    tumble::bindings::export_potential(m);
    tumble::bindings::export_symmetry_error(m);
    tumble::bindings::export_ipi(m);
    tumble::bindings::export_direct(m);
}
