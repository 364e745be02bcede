#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "tumble/model/archive_check.h"
#include "tumble/model/metadata.h"
#include "tumble/model/model_file.h"
#include "tumble/model/outputs.h"

namespace py = pybind11;

namespace tumble::bindings {

void export_metadata(py::module_& m) {
    py::class_<Metadata>(m, "Metadata", "Validated metadata of a model file.")
        .def_readonly("name", &Metadata::name)
        .def_readonly("species", &Metadata::species)
        .def_readonly("cutoff", &Metadata::cutoff)
        .def_readonly("depth", &Metadata::depth)
        .def_readonly("dtype", &Metadata::dtype)
        .def_readonly("outputs", &Metadata::outputs)
        .def_readonly("baseline", &Metadata::baseline)
        .def_readonly("bytes_per_edge", &Metadata::bytes_per_edge)
        .def_readonly("symmetry_kind", &Metadata::symmetry_kind)
        .def_property_readonly("breaks_parity_alone", &Metadata::breaks_parity_alone)
        .def_property_readonly("sufficient_set", &Metadata::sufficient_set)
        .def("species_index", &Metadata::species_index, py::arg("symbol"))
        .def("to_json", [](const Metadata& metadata) { return metadata.json; });
    m.def("parse_metadata", &parse_metadata, py::arg("json"), "Parse and validate the text of `tumble.json`.");
    m.def("read_metadata", &read_metadata, py::arg("path"),
          "Return the metadata of a model file without loading the model.");
    m.def("width_of_output", &width_of_output, py::arg("name"));
    m.def("damage_of_archive", &damage_of_archive, py::arg("path"),
          "Check an archive that torch wrote by its checksums; return what is damaged, or an empty text.");
    m.def("find_model", &find_model, py::arg("name"), "Return the path of a model file, given its name or path.");
    m.def("model_folders", &model_folders, "Return the folders in which a model name is looked up.");
}

}  // namespace tumble::bindings
