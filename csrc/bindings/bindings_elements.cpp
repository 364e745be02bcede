#include <pybind11/pybind11.h>

#include "bindings.h"
#include "tumble/base/elements.h"

namespace py = pybind11;

namespace tumble::bindings {

void export_elements(py::module_& m) {
    m.def("atomic_weight", &atomic_weight, py::arg("symbol"));
    m.def("may_have_mass", &may_have_mass, py::arg("symbol"), py::arg("mass"));
    m.def("element_of_weight", &element_of_weight, py::arg("mass"));
}

}  // namespace tumble::bindings
