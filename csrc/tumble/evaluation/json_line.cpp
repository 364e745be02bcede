#include "tumble/evaluation/json_line.h"

namespace tumble {

std::string json_line(const nlohmann::ordered_json& values) {
    // a path may contain invalid UTF-8; in ASCII, no reader can mistake a character for the end of the line
    return "tumble: " + values.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

void add_rotations(nlohmann::ordered_json& values, const Symmetrizer& symmetrizer) {
    const SymmetrizeOptions& options = symmetrizer.options();
    values["symmetrize"] = options.symmetrize;
    values["mode"] = options.mode;
    values["seed"] = nullptr;
    if (symmetrizer.random()) values["seed"] = *options.seed;
    values["frames"] = symmetrizer.size();
    values["degree"] = symmetrizer.degree();
}

}  // namespace tumble
