#include "bindings.h"
#include "tumble/base/error.h"

namespace py = pybind11;

namespace tumble::bindings {

void export_errors(py::module_& m) {
    const auto& base = py::register_exception<Error>(m, "TumbleError", PyExc_RuntimeError);
    const auto& file = py::register_exception<ModelFileError>(m, "ModelFileError", base);
    py::register_exception<MetadataError>(m, "MetadataError", file);
    py::register_exception<ReferenceMismatch>(m, "ReferenceMismatch", file);
    py::register_exception<StructureError>(m, "StructureError", base);
    py::register_exception<ConfigurationError>(m, "ConfigurationError", base);
    py::register_exception<DeviceError>(m, "DeviceError", base);
    py::register_exception<EvaluationError>(m, "EvaluationError", base);
    py::register_exception<ConnectionError>(m, "ServerConnectionError", base);
    py::register_exception<ProtocolError>(m, "ProtocolError", base);
}

}  // namespace tumble::bindings
