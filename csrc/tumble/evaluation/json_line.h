#pragma once
/// The form of a line that is written for programs: `tumble: ` and a JSON object. Its `format` names the keys, which
/// never change their meaning. For sources of the core alone, since it needs nlohmann/json.

#include <nlohmann/json.hpp>
#include <string>

#include "tumble/frames/symmetrizer.h"

namespace tumble {

/// The line, without a newline. It is in ASCII, and bytes that are no text are replaced.
std::string json_line(const nlohmann::ordered_json& values);

/// Adds the rotations to the values of a line:
///
///   symmetrize   the words as given
///   mode         "average", "correction"
///   seed         of random frames, or null
///   frames       evaluations of the model for one structure
///   degree       to which the average is exact
void add_rotations(nlohmann::ordered_json& values, const Symmetrizer& symmetrizer);

}  // namespace tumble
