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

#include "tumble/elements.h"

#include <algorithm>

using namespace LAMMPS_NS;

namespace {

// Patterns of the styles of fixes, LAMMPS 22 Jul 2025. What isn't listed, plugins' fixes included, raises no doubt.

/// Move atoms by their forces alone.
const std::vector<std::string> UNTHERMOSTATTED = {"^nve", "^nph$", "^nph/", "^rigid", "^msst$", "^poems$"};

/// Bring atoms to a temperature, whether they move them themselves or not.
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
                                              "^hmc$",
                                              "^tfmc$",
                                              "^propel/self$",
                                              "^press/langevin$",
                                              "^nve/dotc/langevin$",
                                              "^wall/reflect/stochastic$"};

/// Take or leave moves by differences of energies.
const std::vector<std::string> MONTE_CARLO = {"^atom/swap$", "^neighbor/swap$", "^mol/swap$",
                                              "^sgcmc$",     "^widom$",         "^hmc$"};

bool is_one_of(const Fix &fix, const std::vector<std::string> &patterns)
{
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string &pattern) { return utils::strmatch(fix.style, pattern); });
}

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
  if (!text.empty()) say(text + "; pair_coeff names the elements in the order of the atom types");
}

/// By atom type, u; of atoms with masses of their own the heaviest, and 0 where none is known.
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

void Doubts::about_random_frames(const tumble::Symmetrizer &symmetrizer, const std::vector<std::string> &symbol_of_type)
{
  if (!symmetrizer.random() || lmp_->update->whichflag != 1 || lmp_->update->nsteps == 0) return;
  const std::string &words = symmetrizer.options().symmetrize;
  std::string mover;
  int moved = 0, thermostatted = 0;    // groups
  for (const Fix *fix : lmp_->modify->get_fix_list()) {
    if (is_one_of(*fix, MONTE_CARLO))
      say(fmt::format(
          "expected a fixed set, such as icosahedral, for fix {}, which compares energies; with `symmetrize {}` "
          "each is of other rotations, and their noise decides, too",
          fix->style, words));
    if (is_one_of(*fix, THERMOSTATS))
      thermostatted |= fix->groupbit;
    else if (is_one_of(*fix, UNTHERMOSTATTED)) {
      moved |= fix->groupbit;
      mover = fix->style;
    }
  }
  // pair styles can be thermostats, too
  if (mover.empty() || lmp_->force->pair_match("dpd", 0)) return;
  if (act_on_atoms(moved, symbol_of_type) && !act_on_atoms(thermostatted, symbol_of_type))
    say(fmt::format(
        "expected a thermostat for `symmetrize {}`, such as fix langevin, got fix {} alone; the noise of random "
        "rotations heats the atoms; for constant energy take a fixed set, such as icosahedral",
        words, mover));
}

/// Whether an atom that the model sees is in any of these groups.
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
