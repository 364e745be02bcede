/* SPDX-License-Identifier: GPL-2.0-only */
#include "keywords.h"

#include "tumble/error.h"
#include "tumble/nearest.h"

#include <charconv>
#include <cmath>
#include <cstring>

using tumble::ConfigurationError;
using tumble::message;

namespace {

// Not LAMMPS' own utils::numeric and utils::logical: their messages don't say which keyword is wrong.

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
  // what LAMMPS takes for a truth value
  for (const char *word : {"yes", "on", "true"})
    if (value == word) return true;
  for (const char *word : {"no", "off", "false"})
    if (value == word) return false;
  throw ConfigurationError(message("`", keyword, "`: ", tumble::expected_one_of({"yes", "no"}, value)));
}

}    // namespace

tumble::LoadOptions LAMMPS_NS::parse_keywords(int narg, const char *const *arg)
{
  tumble::LoadOptions options;
  for (int i = 0; i < narg; i += 2) {
    const std::string keyword = arg[i];
    const bool has_value = i + 1 < narg;
    const std::string value = has_value ? arg[i + 1] : "";
    if (keyword != "device" && keyword != "memory" && keyword != "check")
      throw ConfigurationError(tumble::expected_one_of({"device", "memory", "check"}, keyword));
    if (!has_value) throw ConfigurationError(message("expected a value after keyword `", keyword, "`"));
    if (keyword == "device")
      options.device = value;
    else if (keyword == "memory")
      options.memory = parse_megabytes(value);
    else
      options.check = parse_switch(keyword, value);
  }
  return options;
}
