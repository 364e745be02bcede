/* SPDX-License-Identifier: GPL-2.0-only */
#include "keywords.h"

#include "tumble/base/error.h"
#include "tumble/base/nearest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>

using tumble::ConfigurationError;
using tumble::message;

namespace {

// LAMMPS' own utils::numeric and utils::logical aren't used, since their messages don't name the keyword.

double parse_megabytes(const std::string &value)
{
  double number = 0.0;
  const char *end = value.data() + value.size();
  const auto [rest, status] = std::from_chars(value.data(), end, number);
  if (status != std::errc() || rest != end || !std::isfinite(number) || number <= 0.0)
    throw ConfigurationError(message("`memory`: expected a number of MB above 0, got `", value, "`"));
  return number;
}

bool parse_switch(const std::string &keyword, const std::string &value)
{
  // LAMMPS' words for a truth value
  for (const char *word : {"yes", "on", "true"})
    if (value == word) return true;
  for (const char *word : {"no", "off", "false"})
    if (value == word) return false;
  throw ConfigurationError(message("`", keyword, "`: ", tumble::expected_one_of({"yes", "no"}, value)));
}

std::int64_t parse_integer(const std::string &keyword, const std::string &value, std::int64_t lowest)
{
  std::int64_t number = 0;
  const char *end = value.data() + value.size();
  const auto [rest, status] = std::from_chars(value.data(), end, number);
  if (status != std::errc() || rest != end || number < lowest)
    throw ConfigurationError(message("`", keyword, "`: expected an integer from ", lowest, ", got `", value, "`"));
  return number;
}

bool parse_shared(const std::string &value)
{
  if (value != "independent" && value != "shared")
    throw ConfigurationError("`beads`: " + tumble::expected_one_of({"independent", "shared"}, value));
  return value == "shared";
}

/// The values of keywords.
class Values {
 public:
  Values(int narg, const char *const *arg, const std::vector<std::string> &keywords)
  {
    for (int i = 0; i < narg; i += 2) {
      const std::string keyword = arg[i];
      if (std::find(keywords.begin(), keywords.end(), keyword) == keywords.end())
        throw ConfigurationError(tumble::expected_one_of(keywords, keyword));
      if (i + 1 == narg) throw ConfigurationError(message("expected a value after keyword `", keyword, "`"));
      if (!values_.emplace(keyword, arg[i + 1]).second)
        throw ConfigurationError(message("`", keyword, "`: expected once, got twice"));
    }
  }

  /// Call `use` with the value of a keyword, if it is given.
  template <typename Use> void with(const char *keyword, Use use) const
  {
    const auto found = values_.find(keyword);
    if (found != values_.end()) use(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

}    // namespace

LAMMPS_NS::PairKeywords LAMMPS_NS::parse_pair_keywords(int narg, const char *const *arg)
{
  const Values values(narg, arg, {"device", "memory", "check", "symmetrize", "mode", "seed", "beads"});
  PairKeywords parsed;
  parsed.load.outputs = false;    // LAMMPS doesn't use them
  values.with("device", [&](const std::string &value) { parsed.load.device = value; });
  values.with("memory", [&](const std::string &value) { parsed.load.memory = parse_megabytes(value); });
  values.with("check", [&](const std::string &value) { parsed.load.check = parse_switch("check", value); });
  values.with("symmetrize", [&](const std::string &value) { parsed.symmetrize.symmetrize = value; });
  values.with("mode", [&](const std::string &value) { parsed.symmetrize.mode = value; });
  values.with("seed", [&](const std::string &value) { parsed.symmetrize.seed = parse_integer("seed", value, 0); });
  values.with("beads", [&](const std::string &value) { parsed.shared_frames = parse_shared(value); });
  if (parsed.shared_frames && !tumble::Symmetrizer(parsed.symmetrize).random())
    throw ConfigurationError(message("`beads`: expected random rotations for `shared`, got `symmetrize ",
                                     parsed.symmetrize.symmetrize, "`, the same for all beads anyway"));
  return parsed;
}

LAMMPS_NS::ComputeKeywords LAMMPS_NS::parse_compute_keywords(int narg, const char *const *arg)
{
  if (narg == 0) throw ConfigurationError("expected a set of rotations, such as icosahedral, got nothing");
  const Values values(narg - 1, arg + 1, {"seed", "instance"});
  ComputeKeywords parsed;
  parsed.symmetrize.symmetrize = arg[0];
  values.with("seed", [&](const std::string &value) { parsed.symmetrize.seed = parse_integer("seed", value, 0); });
  values.with("instance", [&](const std::string &value) { parsed.instance = parse_integer("instance", value, 1); });
  return parsed;
}
