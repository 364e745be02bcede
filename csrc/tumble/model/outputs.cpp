#include "tumble/model/outputs.h"

#include <array>
#include <utility>

namespace tumble {

std::int64_t width_of_output(const std::string& name) {
    constexpr std::array<std::pair<const char*, std::int64_t>, 3> widths{{{"dipole", 3}, {"charge", 1}, {"forces", 3}}};
    for (const auto& [known, width] : widths) {
        if (name == known) return width;
    }
    return 0;
}

}  // namespace tumble
