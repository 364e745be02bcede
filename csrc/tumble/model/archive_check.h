#pragma once
/// The checksums of an archive that torch wrote. Torch stores a CRC-32 for each record, and never compares it.

#include <string>

namespace tumble {

/// What is wrong with a zip archive: each record is read as torch reads it, and compared with the CRC-32 in the
/// archive's table of contents. Nothing is unpickled.
///
/// @param path of a file that `torch.save` or `torch.jit.save` wrote
/// @returns a phrase such as "record `data/3` doesn't match its checksum"; empty if nothing is wrong
std::string damage_of_archive(const std::string& path);

}  // namespace tumble
