#include "options.h"

#include <limits>

#include "tumble/base/error.h"

namespace py = pybind11;

namespace tumble::bindings {

namespace {

std::string to_text(const char* name, const py::object& value) {
    if (py::isinstance<py::str>(value)) return value.cast<std::string>();
    throw ConfigurationError(message("`", name, "`: expected text, got ", py::repr(value).cast<std::string>()));
}

/// Accept any integer, such as NumPy's, but not a bool, which for Python is an integer, too.
std::int64_t to_seed(const py::object& value) {
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    if (!py::isinstance<py::bool_>(value) && PyIndex_Check(value.ptr()) != 0) {
        const auto integer = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
        if (!integer) throw py::error_already_set();
        int overflow = 0;
        const long long number = PyLong_AsLongLongAndOverflow(integer.ptr(), &overflow);
        if (overflow == 0) return number;
    }
    throw ConfigurationError(
        message("`seed`: expected an integer from 0 to ", largest, ", got ", py::repr(value).cast<std::string>()));
}

}  // namespace

SymmetrizeOptions to_symmetrize_options(const py::object& symmetrize, const py::object& mode, const py::object& seed) {
    SymmetrizeOptions options{to_text("symmetrize", symmetrize), to_text("mode", mode), std::nullopt};
    if (!seed.is_none()) options.seed = to_seed(seed);
    return options;
}

}  // namespace tumble::bindings
