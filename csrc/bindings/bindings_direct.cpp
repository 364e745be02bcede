#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "options.h"
#include "tumble/ipi/direct.h"

namespace py = pybind11;

namespace tumble::bindings {

namespace {

std::array<double, 9> to_h(const Array<double>& h) {
    const Matrix3 rows = to_matrix(h, "h");
    std::array<double, 9> flat;
    for (int k = 0; k < 9; ++k) flat[k] = rows[k / 3][k % 3];
    return flat;
}

}  // namespace

void export_direct(py::module_& m) {
    py::class_<IpiResults>(m, "IpiResults", "Results in hartree and bohr, virials transposed, and extras as JSON.")
        .def_property_readonly(
            "energies",
            [](const IpiResults& r) { return to_array(r.energies, {static_cast<py::ssize_t>(r.energies.size())}); })
        .def_property_readonly("forces", [](const IpiResults& r) { return to_array(r.forces); })
        .def_property_readonly("virials", [](const IpiResults& r) { return to_array(r.virials); })
        .def_readonly("extras", &IpiResults::extras);
    py::class_<DirectEvaluator>(m, "DirectEvaluator", "The driver without a socket.")
        .def(py::init([](const Potential& potential, const Array<std::int64_t>& species,
                         const std::array<bool, 3>& periodic, const py::object& symmetrize, const py::object& mode,
                         const py::object& seed) {
                 return std::make_unique<DirectEvaluator>(potential, to_vector(species, "species"), periodic,
                                                          to_symmetrize_options(symmetrize, mode, seed));
             }),
             py::keep_alive<1, 2>(), py::arg("potential"), py::arg("species"), py::arg("periodic"),
             py::arg("symmetrize") = SymmetrizeOptions{}.symmetrize, py::arg("mode") = SymmetrizeOptions{}.mode,
             py::arg("seed") = py::none())
        .def(
            "structure",
            [](const DirectEvaluator& evaluator, const Array<double>& h, const Array<double>& positions) {
                return evaluator.structure(to_h(h), to_vectors(positions, "positions"));
            },
            py::arg("h"), py::arg("positions"))
        .def("evaluate", &DirectEvaluator::evaluate, py::arg("structures"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace tumble::bindings
