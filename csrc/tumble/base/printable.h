#pragma once
/// Text from inputs and peers, made safe for terminals and logs.

#include <string>

namespace tumble {

/// Return the text with all characters escaped that aren't visible: control characters, which a terminal obeys,
/// characters without a width, characters that change the direction of writing, and bytes that aren't UTF-8. An escape
/// character becomes the four characters "\x1b".
std::string printable(const std::string& text);

}  // namespace tumble
