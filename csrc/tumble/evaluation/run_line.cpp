#include "tumble/evaluation/run_line.h"

#include <torch/version.h>

#include <filesystem>
#include <system_error>

#include "tumble/base/threads.h"
#include "tumble/evaluation/json_line.h"

namespace tumble {

namespace {

/// Return the absolute path, or the given path if the working folder was deleted.
std::string absolute(const std::string& path) {
    std::error_code no_folder;
    const std::filesystem::path whole = std::filesystem::absolute(path, no_folder);
    return no_folder ? path : whole.lexically_normal().string();
}

}  // namespace

std::string run_line(const std::string& engine, const Potential& potential, const Symmetrizer& symmetrizer,
                     const RunFacts& facts) {
    const Metadata& metadata = potential.metadata();
    nlohmann::ordered_json line;
    line["format"] = "tumble-run-1";
    line["engine"] = engine;
    line["versions"] = {{"tumble", TUMBLE_VERSION}, {"torch", TORCH_VERSION}};
    line["model"] = {{"name", metadata.name},
                     {"path", absolute(potential.path())},
                     {"species", metadata.species},
                     {"cutoff", metadata.cutoff},
                     {"depth", metadata.depth},
                     {"dtype", metadata.dtype},
                     {"symmetry", metadata.symmetry_kind}};
    add_rotations(line, symmetrizer);
    line["device"] = potential.device();
    line["threads"] = threads();
    for (const auto& [key, fact] : facts) std::visit([&](const auto& value) { line[key] = value; }, fact);
    return json_line(line);
}

}  // namespace tumble
