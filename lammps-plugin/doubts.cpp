/* SPDX-License-Identifier: GPL-2.0-only */
#include "doubts.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "fix.h"
#include "force.h"
#include "lammps.h"
#include "modify.h"
#include "update.h"
#include "utils.h"

#include "tumble/base/elements.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;

namespace {

// Patterns of the styles of fixes, LAMMPS 22 Jul 2025. Other fixes, such as those of plugins, cause no warning.

/// Fixes that move atoms by their forces, at constant energy unless they are thermostats, too.
const std::vector<std::string> UNTHERMOSTATTED = {"^nve", "^nph$", "^nph/", "^rigid", "^msst$", "^poems$"};

/// Fixes that move atoms by their velocities alone, which noise in the forces doesn't change.
const std::vector<std::string> FORCELESS = {"^nve/noforce$", "^nve/asphere/noforce$"};

/// Fixes that control the temperature or remove heat by friction, whether or not they also move atoms.
const std::vector<std::string> THERMOSTATS = {"^nvt",
                                              "^npt",
                                              "^nvk$",
                                              "^nphug$",
                                              "^rigid/n[vp]t",
                                              "^langevin",
                                              "^temp/",
                                              "^pimd",
                                              "^gle$",
                                              "^gld$",
                                              "^gjf$",
                                              "^qtb$",
                                              "^ffl$",
                                              "^bocs$",
                                              "^tgn[vp]t/",
                                              "^brownian",
                                              "^srd$",
                                              "^shardlow$",
                                              "^dpd/energy$",
                                              "^ttm",
                                              "^viscous",
                                              "^electron/stopping",
                                              "^lb/fluid$",
                                              "^hmc$",
                                              "^tfmc$",
                                              "^propel/self$",
                                              "^press/langevin$",
                                              "^nve/dotc/langevin$",
                                              "^wall/reflect/stochastic$"};

/// Fixes that accept or reject moves by differences of energies.
const std::vector<std::string> MONTE_CARLO = {"^atom/swap$", "^neighbor/swap$", "^mol/swap$",
                                              "^sgcmc$",     "^widom$",         "^hmc$"};

bool is_one_of(const Fix &fix, const std::vector<std::string> &patterns)
{
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string &pattern) { return utils::strmatch(fix.style, pattern); });
}

/// Return whether a fix rigid has the keyword langevin, which makes it a thermostat. Only then it acts after the
/// forces.
bool has_langevin_keyword(Fix &fix)
{
  return utils::strmatch(fix.style, "^rigid") && (fix.setmask() & FixConst::POST_FORCE);
}

constexpr double HEAVIEST_H = 4.1;    // u; in use are up to four times the weight of hydrogen
constexpr double ROUNDING = 0.1;      // u

}    // namespace

void Doubts::about_masses(const std::vector<std::string> &symbol_of_type)
{
  const int types = static_cast<int>(symbol_of_type.size()) - 1;
  const std::vector<double> mass = masses(types);
  std::string text;
  for (int type = 1; type <= types; ++type) {
    const std::string &symbol = symbol_of_type[type];
    if (symbol.empty() || mass[type] == 0.0 || tumble::may_have_mass(symbol, mass[type])) continue;
    const std::string other = tumble::element_of_weight(mass[type]);
    const bool swapped =
        !other.empty() && std::find(symbol_of_type.begin() + 1, symbol_of_type.end(), other) != symbol_of_type.end();
    text += fmt::format("{} for atom type {}, {} of weight {}, got {}{}",
                        text.empty() ? "expected the mass of an isotope" : ";", type, symbol,
                        tumble::atomic_weight(symbol), mass[type], swapped ? ", that of " + other : "");
  }
  if (!text.empty() && !repartitioned(mass, symbol_of_type))
    say(text + "; pair_coeff names the elements in the order of the atom types");
}

/// Return the mass of each atom type, u; the largest one if atoms have individual masses; 0 if none is known.
std::vector<double> Doubts::masses(int types) const
{
  const Atom &atom = *lmp_->atom;
  std::vector<double> mass(types + 1, 0.0);
  if (!atom.rmass) {
    for (int type = 1; type <= types; ++type)
      if (atom.mass && atom.mass_setflag[type]) mass[type] = atom.mass[type];
    return mass;
  }
  for (int i = 0; i < atom.nlocal; ++i) mass[atom.type[i]] = std::max(mass[atom.type[i]], atom.rmass[i]);
  std::vector<double> all(mass.size());
  MPI_Allreduce(mass.data(), all.data(), types + 1, MPI_DOUBLE, MPI_MAX, lmp_->world);
  return all;
}

/// Return whether mass was repartitioned from heavy atoms to their hydrogens, which keeps the total mass and allows
/// longer time steps (Feenstra, Hess and Berendsen, J. Comput. Chem. 20, 786 (1999)). If the elements are in another
/// order, some other element is heavier.
bool Doubts::repartitioned(const std::vector<double> &mass, const std::vector<std::string> &symbol_of_type) const
{
  for (std::size_t type = 1; type < mass.size(); ++type) {
    const std::string &symbol = symbol_of_type[type];
    if (symbol.empty() || mass[type] == 0.0) continue;
    const double weight = tumble::atomic_weight(symbol);
    if (mass[type] > (symbol == "H" ? HEAVIEST_H : weight + ROUNDING)) return false;
    if (symbol == "H" && mass[type] < weight - ROUNDING) return false;
  }
  const Atom &atom = *lmp_->atom;
  double mine[2] = {0.0, 0.0}, all[2];    // sums of masses and of atomic weights
  for (int i = 0; i < atom.nlocal; ++i) {
    const int type = atom.type[i];
    if (symbol_of_type[type].empty()) continue;
    mine[0] += atom.rmass ? atom.rmass[i] : mass[type];
    mine[1] += tumble::atomic_weight(symbol_of_type[type]);
  }
  MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, lmp_->world);
  return std::abs(all[0] - all[1]) < 1e-3 * all[1];
}

void Doubts::about_random_frames(const tumble::Symmetrizer &symmetrizer, const std::vector<std::string> &symbol_of_type)
{
  if (!symmetrizer.random() || lmp_->update->whichflag != 1 || lmp_->update->nsteps == 0) return;
  const std::string &words = symmetrizer.options().symmetrize;
  std::string mover;
  int moved = 0, thermostatted = 0;    // groups
  for (Fix *fix : lmp_->modify->get_fix_list()) {
    if (is_one_of(*fix, MONTE_CARLO))
      say(fmt::format(
          "expected a fixed set, such as icosahedral, for fix {}, which compares energies; with `symmetrize {}` "
          "each of them has other rotations, whose noise affects the decisions",
          fix->style, words));
    if (is_one_of(*fix, THERMOSTATS) || has_langevin_keyword(*fix))
      thermostatted |= fix->groupbit;
    else if (is_one_of(*fix, UNTHERMOSTATTED) && !is_one_of(*fix, FORCELESS)) {
      moved |= fix->groupbit;
      mover = fix->style;
    }
  }
  // pair styles can be thermostats, too
  if (mover.empty() || lmp_->force->pair_match("dpd", 0)) return;
  if (act_on_atoms(moved, symbol_of_type) && !act_on_atoms(thermostatted, symbol_of_type))
    say(fmt::format(
        "expected a thermostat for `symmetrize {}`, such as fix langevin, got fix {} alone; the noise of random "
        "rotations heats the atoms; for constant energy use a fixed set, such as icosahedral",
        words, mover));
}

/// Return whether any of these groups has an atom that the model sees.
bool Doubts::act_on_atoms(int groups, const std::vector<std::string> &symbol_of_type) const
{
  const Atom &atom = *lmp_->atom;
  int mine = 0, any = 0;
  for (int i = 0; i < atom.nlocal && !mine; ++i)
    mine = (atom.mask[i] & groups) && !symbol_of_type[atom.type[i]].empty();
  MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, lmp_->world);
  return any != 0;
}

void Doubts::say(const std::string &text)
{
  if (said_.insert(text).second && lmp_->comm->me == 0) lmp_->error->warning(FLERR, "pair_style tumble: {}", text);
}
