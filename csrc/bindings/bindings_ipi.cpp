#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "options.h"
#include "tumble/ipi/client.h"

namespace py = pybind11;

namespace tumble::bindings {

namespace {

/// Handle Ctrl-C and other signals of Python while the core waits without the interpreter's lock.
void check_signals() {
    const py::gil_scoped_acquire lock;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

/// Let the core call a function of Python, unless it is None.
template <typename Argument>
void set_callback(std::function<void(const Argument&)>& callback, const py::object& function) {
    if (function.is_none()) return;
    callback = [&function](const Argument& argument) {
        const py::gil_scoped_acquire lock;
        function(argument);
    };
}

DriveSummary drive_until_signal(const Potential& potential, const Address& address, const Array<std::int64_t>& species,
                                const std::array<bool, 3>& periodic, double patience, int connections,
                                const py::object& symmetrize, const py::object& mode, const py::object& seed,
                                const std::string& beads, const std::string& symmetry_log,
                                const std::optional<std::string>& symmetry_set,
                                std::optional<std::int64_t> symmetry_every, const py::object& first,
                                const py::object& lost, const py::object& ended, const py::object& report,
                                double report_interval) {
    const auto atoms = to_vector(species, "species");
    DriveOptions options;
    options.patience = patience;
    options.connections = connections;
    options.idle = &check_signals;
    options.symmetrize = to_symmetrize_options(symmetrize, mode, seed);
    options.beads = beads;
    options.symmetry_log = {symmetry_log, symmetry_set, symmetry_every};
    set_callback(options.first, first);
    set_callback(options.lost, lost);
    set_callback(options.ended, ended);
    set_callback(options.report, report);
    options.report_interval = report_interval;
    const py::gil_scoped_release unlock;
    return drive(potential, address, atoms, periodic, options);
}

}  // namespace

void export_ipi(py::module_& m) {
    py::class_<Address>(m, "Address", "Address at which an i-PI server listens.")
        .def_static("unix_domain", &Address::unix_domain, py::arg("name"))
        .def_static("shared_memory", &Address::shared_memory, py::arg("name"))
        .def_static("tcp", &Address::tcp, py::arg("host"), py::arg("port"))
        .def("__str__", &Address::text);
    py::class_<DriveTimes>(m, "DriveTimes", "Where the time of the i-PI driver went, s.")
        .def_readonly("model", &DriveTimes::model)
        .def_readonly("gathering", &DriveTimes::gathering)
        .def_readonly("server", &DriveTimes::server);
    py::class_<DriveSummary>(m, "DriveSummary", "What a run of the i-PI driver came to.")
        .def_readonly("evaluations", &DriveSummary::evaluations)
        .def_readonly("calls", &DriveSummary::calls)
        .def_readonly("largest", &DriveSummary::largest)
        .def_readonly("places", &DriveSummary::places)
        .def_readonly("times", &DriveSummary::times)
        .def_readonly("exited", &DriveSummary::exited)
        .def_readonly("reason", &DriveSummary::reason);
    py::class_<FirstMessage>(m, "FirstMessage", "First structure of a connection.")
        .def_readonly("structure", &FirstMessage::structure)
        .def_readonly("consolidated", &FirstMessage::consolidated);
    const DriveOptions defaults;
    m.def("drive", &drive_until_signal, py::arg("potential"), py::arg("address"), py::arg("species"),
          py::arg("periodic"), py::arg("patience") = defaults.patience, py::arg("connections") = defaults.connections,
          py::arg("symmetrize") = defaults.symmetrize.symmetrize, py::arg("mode") = defaults.symmetrize.mode,
          py::arg("seed") = py::none(), py::arg("beads") = defaults.beads,
          py::arg("symmetry_log") = defaults.symmetry_log.path, py::arg("symmetry_set") = py::none(),
          py::arg("symmetry_every") = py::none(), py::arg("first") = py::none(), py::arg("lost") = py::none(),
          py::arg("ended") = py::none(), py::arg("report") = py::none(),
          py::arg("report_interval") = defaults.report_interval, "Serve an i-PI server until it ends.");
}

}  // namespace tumble::bindings
