#pragma once
/// Finding model files, and telling what is wrong with one that can't be used.

#include <string>
#include <vector>

namespace tumble {

/// Folders in which a bare model name is looked up: those of `$TUMBLE_MODELS` (separated by colons), then that of the
/// installed package.
std::vector<std::string> model_folders();

/// The file that a name stands for: itself if it is a file, else `NAME` or `NAME.pt` in `model_folders()`.
/// @throws ModelFileError that says where it looked
std::string find_model(const std::string& name);

/// Text of `tumble.json` in an archive, after checks that tell a missing, empty, damaged, foreign or plain
/// TorchScript file apart. Every record of the archive is compared with its checksum.
/// @throws ModelFileError
std::string read_metadata_text(const std::string& path);

}  // namespace tumble
