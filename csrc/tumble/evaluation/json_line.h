#pragma once
/// Lines that are written for programs: `tumble: ` and a JSON object. Its `format` names the keys, which never change
/// their meaning. Only for sources of the core, since this header needs nlohmann/json.

#include <nlohmann/json.hpp>
#include <string>

#include "tumble/frames/symmetrizer.h"

namespace tumble {

/// Return the line, without a newline. It is in ASCII; bytes that aren't UTF-8 are replaced.
std::string json_line(const nlohmann::ordered_json& values);

/// Add the rotations to the values of a line:
///
///   symmetrize   the words as given
///   mode         "average", "correction"
///   seed         seed of random rotations, or null
///   frames       number of evaluations of the model for one structure
///   degree       degree to which the average is exact
void add_rotations(nlohmann::ordered_json& values, const Symmetrizer& symmetrizer);

}  // namespace tumble
