#pragma once
/// Guesses for misspelled words, for the end of an error message. `python/tumble/hints.py` does the same for names that
/// only Python knows, without this library, whose loading takes seconds.

#include <string>
#include <vector>

namespace tumble {

/// Return the option that was probably meant: one that differs only in upper and lower case, else the one with the
/// fewest letters inserted, left out, changed or swapped with the next; among equals, the first.
///
/// @returns an empty string if more than a third of the letters (at least one, never all) would have to change
std::string nearest(const std::string& word, const std::vector<std::string>& options);

/// Return "expected one of a, b, c; got `x`; did you mean `a`?", without the question if no option is near.
std::string expected_one_of(const std::vector<std::string>& options, const std::string& got);

/// Return "; did you mean `a`?"; empty if no option is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& options);

}  // namespace tumble
