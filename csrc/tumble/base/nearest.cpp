#include "tumble/base/nearest.h"

#include <algorithm>

#include "tumble/base/error.h"

namespace tumble {

namespace {

/// Return a text in lower case, independent of the locale. Letters outside ASCII stay as they are.
std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

/// Return the optimal string alignment distance (Damerau, Commun. ACM 7, 171 (1964), with no letter edited twice),
/// computed row by row.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
    }
    return last[b.size()];
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& options) {
    const std::string wanted = lower(word);
    std::string best;
    std::size_t fewest = 0;
    for (const auto& option : options) {
        const std::string candidate = lower(option);
        if (candidate == wanted) return option;
        const std::size_t length = std::max(wanted.size(), candidate.size());
        // a long text, such as the content of a file, is too different in any case, and slow to compare
        if (std::min(wanted.size(), candidate.size()) * 3 < length || length > 1000) continue;
        const std::size_t edits = edit_distance(wanted, candidate);
        if (edits > std::max<std::size_t>(1, length / 3) || edits >= length) continue;
        if (best.empty() || edits < fewest) {
            best = option;
            fewest = edits;
        }
    }
    return best;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& options) {
    const std::string meant = nearest(word, options);
    return meant.empty() ? "" : message("; did you mean `", meant, "`?");
}

std::string expected_one_of(const std::vector<std::string>& options, const std::string& got) {
    std::string list;
    for (const auto& option : options) list += (list.empty() ? "" : ", ") + option;
    return message("expected one of ", list, "; got `", got, "`", did_you_mean(got, options));
}

}  // namespace tumble
