#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "interruptible.h"
#include "tumble/base/device.h"
#include "tumble/base/threads.h"
#include "tumble/base/torch_modes.h"
#include "tumble/evaluation/potential.h"
#include "tumble/evaluation/run_line.h"

namespace py = pybind11;

namespace tumble::bindings {

namespace {

void export_evaluation(py::module_& m) {
    py::class_<Evaluation>(m, "Evaluation", "Energies in eV, forces in eV/Å, virials in eV, frame torques in eV/rad.")
        .def_property_readonly(
            "energies",
            [](const Evaluation& e) { return to_array(e.energies, {static_cast<py::ssize_t>(e.energies.size())}); })
        .def_property_readonly("atom_energies",
                               [](const Evaluation& e) {
                                   return to_array(e.atom_energies, {static_cast<py::ssize_t>(e.atom_energies.size())});
                               })
        .def_property_readonly("forces", [](const Evaluation& e) { return to_array(e.forces); })
        .def_property_readonly("virials", [](const Evaluation& e) { return to_array(e.virials); })
        .def_property_readonly("torques", [](const Evaluation& e) { return to_array(e.torques); })
        .def_property_readonly("edge_gradients", [](const Evaluation& e) { return to_array(e.edge_gradients); })
        .def_property_readonly("frame_energies",
                               [](const Evaluation& e) {
                                   const auto structures = static_cast<py::ssize_t>(e.energies.size());
                                   const auto all = static_cast<py::ssize_t>(e.frame_energies.size());
                                   return to_array(e.frame_energies, {structures, structures ? all / structures : 0});
                               })
        .def_property_readonly("bare_energies",
                               [](const Evaluation& e) {
                                   return to_array(e.bare_energies, {static_cast<py::ssize_t>(e.bare_energies.size())});
                               })
        .def_property_readonly("bare_forces", [](const Evaluation& e) { return to_array(e.bare_forces); })
        .def_property_readonly("bare_torques", [](const Evaluation& e) { return to_array(e.bare_torques); })
        .def_property_readonly("outputs", [](const Evaluation& e) {
            py::dict outputs;
            for (const AtomOutput& output : e.outputs) {
                const auto atoms = static_cast<py::ssize_t>(output.values.size()) / output.width;
                const std::vector<py::ssize_t> shape =
                    output.width == 1 ? std::vector{atoms} : std::vector{atoms, output.width};
                outputs[py::str(output.name)] = to_array(output.values, shape);
            }
            return outputs;
        });
}

void export_torch_modes(py::module_& m) {
    struct Context {
        std::optional<DefaultTorchModes> modes;
    };
    py::class_<Context>(m, "DefaultTorchModes", "Torch's default modes in this thread, as a context manager.")
        .def(py::init<>())
        .def("__enter__", [](Context& context) { context.modes.emplace(); })
        .def("__exit__", [](Context& context, const py::args&) { context.modes.reset(); });
}

}  // namespace

void export_potential(py::module_& m) {
    export_evaluation(m);
    py::class_<Potential>(m, "Potential", "A loaded model.")
        .def(py::init([](const std::string& path, const std::string& device, bool check, std::optional<double> memory,
                         bool outputs) {
                 return interruptible([=] { return Potential(path, LoadOptions{device, check, memory, outputs}); });
             }),
             py::arg("path"), py::arg("device") = LoadOptions{}.device, py::arg("check") = LoadOptions{}.check,
             py::arg("memory") = py::none(), py::arg("outputs") = LoadOptions{}.outputs)
        .def_property_readonly("metadata", &Potential::metadata, py::return_value_policy::reference_internal)
        .def_property_readonly("device", &Potential::device)
        .def(
            "evaluate",
            [](const Potential& potential, const Graph& graph, const std::vector<Frames>& frames) {
                Evaluation result;
                potential.evaluate(graph, frames, result);
                return result;
            },
            py::arg("graph"), py::arg("frames") = std::vector<Frames>{}, py::call_guard<py::gil_scoped_release>())
        .def("edges_within", &Potential::edges_within, py::arg("memory") = py::none())
        .def("warm_up", &Potential::warm_up, py::call_guard<py::gil_scoped_release>());
    export_torch_modes(m);
    m.def("run_line", &run_line, py::arg("engine"), py::arg("potential"), py::arg("symmetrizer"),
          py::arg("facts") = RunFacts{});
    m.def("device_of_rank", &device_of_rank, py::arg("device"), py::arg("rank"));
    m.def("set_threads", &set_threads, py::arg("threads"));
    m.def("threads", &threads);
}

}  // namespace tumble::bindings
