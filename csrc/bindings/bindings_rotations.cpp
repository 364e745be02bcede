#include "arrays.h"
#include "bindings.h"
#include "tumble/rotation_designs.h"
#include "tumble/rotation_groups.h"

namespace py = pybind11;

namespace tumble::bindings {

void export_rotations(py::module_& m) {
    m.def(
        "rotation_group", [](const std::string& name) { return to_array(rotation_group(name)); }, py::arg("name"),
        "Rotations [K, 3, 3] of a group, the identity first.");
    m.def(
        "rotation_design",
        [](int degree) {
            const RotationSet set = rotation_design(degree);
            return py::make_tuple(to_array(set.rotations),
                                  to_array(set.weights, {static_cast<py::ssize_t>(set.weights.size())}));
        },
        py::arg("degree"), "Rotations [K, 3, 3] and weights [K] exact to a degree, the identity first.");
}

}  // namespace tumble::bindings
