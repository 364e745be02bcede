#pragma once
/// The checksums of an archive that torch wrote. Torch stores a CRC-32 for each record but never compares it.

#include <string>

namespace tumble {

/// Check a zip archive: read each record as torch does and compare it with the CRC-32 in the archive's table of
/// contents. Nothing is unpickled.
///
/// @param path file that `torch.save` or `torch.jit.save` wrote
/// @returns a phrase such as "record `data/3` doesn't match its checksum"; empty if the archive is intact
std::string damage_of_archive(const std::string& path);

}  // namespace tumble
