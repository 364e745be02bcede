#pragma once
/// The search for model files.

#include <string>
#include <vector>

namespace tumble {

/// Return the folders in which a model name is looked up: the folders in `$TUMBLE_MODELS` (separated by colons), then
/// the folder in the installed package.
std::vector<std::string> model_folders();

/// Return the path of a model file: `name` itself if that is a file, else `NAME`, or `NAME` with the extension of a
/// format (`NAME.pt`), in `model_folders()`.
/// @throws ModelFileError if there is none; the message lists the searched folders
std::string find_model(const std::string& name);

}  // namespace tumble
