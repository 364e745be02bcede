#pragma once
/// Words of strangers, for terminals and logs.

#include <string>

namespace tumble {

/// The same text with everything escaped that doesn't show as itself: controls, which a terminal obeys, characters
/// without a width, those that turn the direction of writing, and what isn't UTF-8. "\x1b" becomes the four characters
/// that are written here.
std::string printable(const std::string& text);

}  // namespace tumble
