#pragma once
/// Where model files are looked for.

#include <string>
#include <vector>

namespace tumble {

/// Folders in which a bare model name is looked up: those of `$TUMBLE_MODELS` (separated by colons), then that of the
/// installed package.
std::vector<std::string> model_folders();

/// The file that a name stands for: itself if it is a file, else `NAME`, or `NAME` with the extension of a format
/// (`NAME.pt`), in `model_folders()`.
/// @throws ModelFileError that says where it looked
std::string find_model(const std::string& name);

}  // namespace tumble
