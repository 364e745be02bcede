#include "tumble/base/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <iterator>

namespace tumble {

namespace {

struct Range {
    std::uint32_t first, last;
};

/// Code points of control characters, format characters and line separators (Unicode's categories Cc, Cf, Zl, Zp) that
/// may occur in a text, and surrogates.
constexpr std::array hidden{Range{0x00, 0x1f},     Range{0x7f, 0x9f},     Range{0xad, 0xad},
                            Range{0x61c, 0x61c},   Range{0x180e, 0x180e}, Range{0x200b, 0x200f},
                            Range{0x2028, 0x202e}, Range{0x2060, 0x206f}, Range{0xd800, 0xdfff},
                            Range{0xfeff, 0xfeff}, Range{0xfff9, 0xfffb}, Range{0xe0000, 0xe007f}};

std::string escaped(std::uint32_t code) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
    return text.data();
}

/// Return the number of bytes of the character that begins here; 0 if the bytes aren't a character in UTF-8.
std::size_t length(const std::string& text, std::size_t place) {
    const auto first = static_cast<unsigned char>(text[place]);
    const std::size_t count = first < 0x80   ? 1
                              : first < 0xc2 ? 0
                              : first < 0xe0 ? 2
                              : first < 0xf0 ? 3
                              : first < 0xf5 ? 4
                                             : 0;
    if (place + count > text.size()) return 0;
    for (std::size_t i = 1; i < count; ++i) {
        if ((static_cast<unsigned char>(text[place + i]) & 0xc0) != 0x80) return 0;
    }
    return count;
}

}  // namespace

std::string printable(const std::string& text) {
    std::string shown;
    for (std::size_t place = 0; place < text.size();) {
        const std::size_t bytes = length(text, place);
        if (bytes == 0) {
            shown += escaped(static_cast<unsigned char>(text[place++]));
            continue;
        }
        std::uint32_t code = static_cast<unsigned char>(text[place]);
        if (bytes > 1) code &= 0x7fu >> bytes;
        for (std::size_t i = 1; i < bytes; ++i)
            code = (code << 6) | (static_cast<unsigned char>(text[place + i]) & 0x3fu);
        const bool hides = std::any_of(std::begin(hidden), std::end(hidden), [code](const Range& range) {
            return code >= range.first && code <= range.last;
        });
        shown += hides ? escaped(code) : text.substr(place, bytes);
        place += bytes;
    }
    return shown;
}

}  // namespace tumble
