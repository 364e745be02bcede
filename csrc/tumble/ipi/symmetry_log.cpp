#include "tumble/ipi/symmetry_log.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "tumble/base/error.h"
#include "tumble/evaluation/json_line.h"

namespace tumble {

namespace {

const std::string columns =
    "round bead energy{eV} averaged_energy{eV} energy_std{eV} force_rms{eV/ang} force_max{eV/ang} "
    "torque{eV/rad} averaged_torque{eV/rad}";

/// Return a number with twelve digits, in any locale.
std::string number(double value) {
    std::array<char, 32> text;
    return {text.data(),
            std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 12).ptr};
}

/// Return whether a file ends without a newline, as after a crash or on a full disk.
bool ends_within_a_line(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file || file.tellg() <= 0) return false;
    file.seekg(-1, std::ios::end);
    return file.get() != '\n';
}

/// Return the set of the log; errors name the option that the user gave.
Symmetrizer set_of_log(const std::string& symmetrize, std::optional<std::int64_t> seed) {
    try {
        const Symmetrizer symmetrizer({symmetrize, "average", seed});
        require_spread(symmetrizer);
        return symmetrizer;
    } catch (const ConfigurationError& error) {
        const std::string text = error.what(), prefix = "`symmetrize`: ";
        if (text.rfind(prefix, 0) != 0) throw;
        throw ConfigurationError("`symmetry_set`: " + text.substr(prefix.size()));
    }
}

}  // namespace

SymmetryLog::SymmetryLog(const SymmetryLogOptions& options, std::optional<std::int64_t> seed, const std::string& model)
    : path_(options.path),
      every_(options.every.value_or(100)),
      symmetrizer_(set_of_log(options.symmetrize.value_or("icosahedral+inversion"), seed)),
      model_(model) {
    if (every_ < 1) {
        throw ConfigurationError(message("`symmetry_every`: expected an integer from 1, got ", every_));
    }
    cut_ = ends_within_a_line(options.path);
    file_.reset(std::fopen(options.path.c_str(), "a"));
    if (!file_) {
        throw ConfigurationError(
            message("`symmetry_log`: can't open `", options.path, "` for writing (", std::strerror(errno), ")"));
    }
}

Frames SymmetryLog::frames(const Structure& structure) const {
    return with_lab_frame(symmetrizer_.frames(symmetrizer_.random() ? geometry_key(structure) : StreamKey{}));
}

std::string SymmetryLog::heading() const {
    nlohmann::ordered_json line;
    line["format"] = "tumble-symmetry-log-1";
    line["versions"] = {{"tumble", TUMBLE_VERSION}};
    line["model"] = {{"name", model_}};
    add_rotations(line, symmetrizer_);
    line["every"] = every_;
    return message("# ", json_line(line), "\n# symmetry error of ", model_, " over ", symmetrizer_.description(),
                   "; every ", every_, " rounds through the beads\n# ", columns, "\n");
}

void SymmetryLog::write(std::int64_t round, std::int64_t bead, const SymmetryError& error) {
    if (!has_heading_) {
        // A line that a full disk cut short must not swallow the heading.
        write(message(cut_ ? "\n" : "", heading()));
        has_heading_ = true;
    }
    std::string line = message(round, " ", bead);
    for (const double value : {error.energy, error.averaged_energy, error.energy_std, error.force_rms, error.force_max,
                               error.torque, error.averaged_torque}) {
        line.append(" ").append(number(value));
    }
    write(line + "\n");
}

void SymmetryLog::write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0) {
        throw Error(message("`symmetry_log`: can't write to `", path_, "` (", std::strerror(errno), ")"));
    }
}

std::unique_ptr<SymmetryLog> open_symmetry_log(const SymmetryLogOptions& options, std::optional<std::int64_t> seed,
                                               const std::string& model) {
    if (!options.path.empty()) return std::make_unique<SymmetryLog>(options, seed, model);
    if (options.symmetrize || options.every) {
        throw ConfigurationError(message("`", options.symmetrize ? "symmetry_set" : "symmetry_every",
                                         "`: expected a file in `symmetry_log` with it, got none"));
    }
    return nullptr;
}

}  // namespace tumble
