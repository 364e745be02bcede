#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "options.h"
#include "tumble/frames/symmetrizer.h"

namespace py = pybind11;

namespace tumble::bindings {

namespace {

Frames frames_from_arrays(const Array<double>& rotations, const Array<double>& weights, std::size_t bare) {
    if (rotations.ndim() != 3 || rotations.shape(1) != 3 || rotations.shape(2) != 3) {
        throw ConfigurationError("`rotations`: expected shape [K, 3, 3]");
    }
    Frames frames{std::vector<Matrix3>(static_cast<std::size_t>(rotations.shape(0))), to_vector(weights, "weights"),
                  bare};
    if (!frames.rotations.empty()) std::copy_n(rotations.data(), rotations.size(), frames.rotations[0][0].data());
    check_frames(frames);
    return frames;
}

void export_frames(py::module_& m) {
    py::class_<Frames>(m, "Frames", "Orthogonal matrices and weights.")
        .def(py::init(&frames_from_arrays), py::arg("rotations"), py::arg("weights"), py::arg("bare") = 0)
        .def("__len__", &Frames::size)
        .def_property_readonly("rotations", [](const Frames& f) { return to_array(f.rotations); })
        .def_property_readonly(
            "weights",
            [](const Frames& f) { return to_array(f.weights, {static_cast<py::ssize_t>(f.weights.size())}); })
        .def_readonly("bare", &Frames::bare)
        // takes seconds for thousands of rotations
        .def("exactness", &exactness, py::arg("limit"), py::call_guard<py::gil_scoped_release>())
        .def("averages_parity", &averages_parity)
        .def("with_lab_frame", &with_lab_frame)
        .def("with_inversion", &with_inversion);
}

}  // namespace

void export_symmetrizer(py::module_& m) {
    export_frames(m);
    py::class_<Symmetrizer>(m, "Symmetrizer", "Makes frames from the words that users write.")
        .def(py::init([](const py::object& symmetrize, const py::object& mode, const py::object& seed) {
                 return Symmetrizer(to_symmetrize_options(symmetrize, mode, seed));
             }),
             py::arg("symmetrize") = SymmetrizeOptions{}.symmetrize, py::arg("mode") = SymmetrizeOptions{}.mode,
             py::arg("seed") = py::none())
        .def_property_readonly("symmetrize", [](const Symmetrizer& s) { return s.options().symmetrize; })
        .def_property_readonly("mode", [](const Symmetrizer& s) { return s.options().mode; })
        .def_property_readonly("seed", [](const Symmetrizer& s) { return s.options().seed; })
        .def_property_readonly("trivial", &Symmetrizer::trivial)
        .def_property_readonly("random", &Symmetrizer::random)
        .def_property_readonly("correction", &Symmetrizer::correction)
        .def_property_readonly("averages_parity", &Symmetrizer::averages_parity)
        .def("__len__", &Symmetrizer::size)
        .def("__str__", &Symmetrizer::description)
        .def("exactness", &Symmetrizer::exactness, py::arg("limit"), py::call_guard<py::gil_scoped_release>())
        .def("frames", &Symmetrizer::frames, py::arg("key") = StreamKey{});
    m.def("symmetrize_words", &symmetrize_words, "Return the words for `symmetrize`, without +inversion.");
    m.def("geometry_key", &geometry_key, py::arg("structure"));
}

}  // namespace tumble::bindings
