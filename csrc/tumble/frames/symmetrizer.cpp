#include "tumble/frames/symmetrizer.h"

#include <algorithm>
#include <charconv>

#include "tumble/base/error.h"
#include "tumble/base/nearest.h"
#include "tumble/frames/rotation_designs.h"
#include "tumble/frames/rotation_groups.h"

namespace tumble {

namespace {

constexpr std::size_t most_random = 100000;

const std::string inversion_word = "inversion";
const std::string inversion_suffix = "+" + inversion_word;
const std::string degree_prefix = "degree:";
const std::string random_prefix = "random:";

[[noreturn]] void refuse(const std::string& reason) { throw ConfigurationError("`symmetrize`: " + reason); }

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += word + ", ";
    return text;
}

/// Return a whole number above 0; nothing for any other text.
std::optional<std::size_t> parse_count(const std::string& text) {
    std::size_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, status] = std::from_chars(text.data(), end, number);
    if (status != std::errc() || rest != end || number == 0) return std::nullopt;
    return number;
}

Frames design(const std::string& degree) {
    const auto number = parse_count(degree);
    if (!number || *number > static_cast<std::size_t>(highest_design_degree())) {
        refuse(
            message("expected `degree:t` with t from 1 to ", highest_design_degree(), ", got `degree:", degree, "`"));
    }
    return rotation_design(static_cast<int>(*number));
}

/// Return the set with this name, which has no `random` and no `+inversion`; nothing if there is none.
std::optional<Frames> fixed_set(const std::string& name) {
    if (name.starts_with(degree_prefix)) return design(name.substr(degree_prefix.size()));
    return rotation_group(name);
}

[[noreturn]] void refuse_unknown(const std::string& name, const std::string& whole) {
    const std::string::size_type colon = name.find(':');
    const std::string head = name.substr(0, colon);
    std::vector<std::string> heads;
    for (const std::string& word : symmetrize_words()) heads.push_back(word.substr(0, word.find(':')));
    std::string meant = nearest(head, heads);
    if (!meant.empty()) {
        if (meant == "degree") meant += colon == std::string::npos ? ":5" : name.substr(colon);
        if (meant == "random" && colon != std::string::npos) meant += name.substr(colon);
        if (meant != inversion_word && whole.find(inversion_suffix) != std::string::npos) meant += inversion_suffix;
    }
    refuse(message("expected one of ", listed(symmetrize_words()), "each also with +inversion; got `", whole, "`",
                   meant.empty() || meant == whole ? "" : "; did you mean `" + meant + "`?"));
}

}  // namespace

const std::vector<std::string>& symmetrize_words() {
    static const std::vector<std::string> words = [] {
        std::vector<std::string> all = {"none", inversion_word};
        all.insert(all.end(), rotation_group_names().begin(), rotation_group_names().end());
        all.insert(all.end(), {"degree:t", "random", "random:n", "random:SET"});
        return all;
    }();
    return words;
}

Symmetrizer::Symmetrizer(const SymmetrizeOptions& options) : options_(options), set_(lab_frame()) {
    const std::string& whole = options.symmetrize;
    std::string name = whole;
    const bool inversion = name.size() > inversion_suffix.size() && name.ends_with(inversion_suffix);
    if (inversion) name.resize(name.size() - inversion_suffix.size());
    if (name.find('+') != std::string::npos) {
        refuse(message("expected one set, with or without one +inversion, got `", whole, "`"));
    }
    if (name == inversion_word && inversion) {
        refuse(message("expected `inversion` without +inversion, which it contains, got `", whole, "`"));
    }

    if (name == "random") {
        random_ = 1;
    } else if (name.starts_with(random_prefix)) {
        const std::string what = name.substr(random_prefix.size());
        random_ = 1;
        if (const auto count = parse_count(what)) {
            if (*count > most_random) {
                refuse(message("expected at most ", most_random, " random rotations, got ", what));
            }
            random_ = *count;
        } else if (auto set = fixed_set(what)) {
            set_ = std::move(*set);
        } else {
            refuse(message("expected `random:` before a number of rotations above 0 or a set (",
                           listed(rotation_group_names()), "degree:t), got `", whole, "`",
                           what == inversion_word ? "; did you mean `random+inversion`?"
                                                  : did_you_mean(what, rotation_group_names())));
        }
    } else if (auto set = fixed_set(name)) {
        set_ = std::move(*set);
    } else if (name == inversion_word) {
        set_ = with_inversion(set_);
    } else if (name != "none") {
        refuse_unknown(name, whole);
    }
    if (inversion) set_ = with_inversion(set_);

    if (options.mode != "average" && options.mode != "correction") {
        throw ConfigurationError("`mode`: " + expected_one_of({"average", "correction"}, options.mode));
    }
    correction_ = options.mode == "correction";
    if (correction_ && trivial()) {
        throw ConfigurationError(
            "`mode`: expected a set for `correction`, got `symmetrize none`: there is nothing to correct");
    }
    if (options.seed && *options.seed < 0) {
        throw ConfigurationError(message("`seed`: expected an integer from 0, got ", *options.seed));
    }
    if (random() && !options.seed) {
        throw ConfigurationError(
            message("`seed`: expected an integer for the random rotations of `", whole, "`, got none"));
    }
}

Frames Symmetrizer::draw(const StreamKey& key) const {
    Frames all{{}, {}, 0};
    for (const Matrix3& rotation : random_rotations(static_cast<std::uint64_t>(*options_.seed), key, random_)) {
        const Frames some = turned(set_, rotation);
        all.rotations.insert(all.rotations.end(), some.rotations.begin(), some.rotations.end());
        for (const double weight : some.weights) all.weights.push_back(weight / static_cast<double>(random_));
    }
    return all;
}

Frames Symmetrizer::frames(const StreamKey& key) const {
    const Frames averaged = random() ? draw(key) : set_;
    return correction_ ? tumble::correction(averaged) : averaged;
}

std::size_t Symmetrizer::averaged() const { return set_.size() * std::max<std::size_t>(random_, 1); }

std::size_t Symmetrizer::size() const {
    const bool lab_frame_is_extra = correction_ && random();  // fixed sets contain it
    return averaged() + (lab_frame_is_extra ? 1 : 0);
}

int Symmetrizer::exactness(int limit) const { return tumble::exactness(set_, limit); }

int Symmetrizer::degree() const {
    if (!degree_) degree_ = exactness(highest_design_degree());
    return *degree_;
}

std::string Symmetrizer::description() const {
    const std::size_t count = averaged();
    std::string text = message(options_.symmetrize, ", ", count, count == 1 ? " rotation" : " rotations");
    if (degree() > 0) text += message(", exact to degree ", degree());
    if (random()) text += message(", seed ", *options_.seed);
    return text + (correction_ ? ", correction" : "");
}

}  // namespace tumble
