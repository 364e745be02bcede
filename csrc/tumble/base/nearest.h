#pragma once
/// Words that were probably meant by another one, for the end of an error message. For names that Python alone knows,
/// `python/tumble/hints.py` does the same without this library, whose loading takes seconds.

#include <string>
#include <vector>

namespace tumble {

/// The option that was probably meant: equal but for upper and lower case, else the one with the fewest letters
/// inserted, left out, changed or swapped with their neighbour; of equals the first.
///
/// @returns an empty string if more than a third of the letters (at least one, never all) would have to change
std::string nearest(const std::string& word, const std::vector<std::string>& options);

/// "expected one of a, b, c; got `x`; did you mean `a`?", without the question if nothing is near.
std::string expected_one_of(const std::vector<std::string>& options, const std::string& got);

/// "; did you mean `a`?", empty if nothing is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& options);

}  // namespace tumble
