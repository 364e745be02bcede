#include <pybind11/pybind11.h>

#include "bindings.h"
#include "tumble/evaluation/symmetry_error.h"

namespace py = pybind11;

namespace tumble::bindings {

void export_symmetry_error(py::module_& m) {
    py::class_<SymmetryError>(m, "SymmetryError", "Dependence of energy and forces on the frame of reference.")
        .def_readonly("energy", &SymmetryError::energy)
        .def_readonly("averaged_energy", &SymmetryError::averaged_energy)
        .def_readonly("energy_std", &SymmetryError::energy_std)
        .def_readonly("force_rms", &SymmetryError::force_rms)
        .def_readonly("force_max", &SymmetryError::force_max)
        .def_readonly("torque", &SymmetryError::torque)
        .def_readonly("averaged_torque", &SymmetryError::averaged_torque);
    m.def("require_spread", &require_spread, py::arg("symmetrizer"));
    m.def("symmetry_error", &symmetry_error, py::arg("result"), py::arg("frames"), py::arg("graph"),
          py::arg("structure") = 0);
}

}  // namespace tumble::bindings
