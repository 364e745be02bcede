/* SPDX-License-Identifier: GPL-2.0-only */
#include "compute_tumble.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "failure.h"
#include "force.h"
#include "keywords.h"
#include "pair_tumble.h"
#include "requirements.h"
#include "universe.h"
#include "update.h"

#include "tumble/evaluation/symmetry_error.h"

using namespace LAMMPS_NS;

/* ----------------------------------------------------------------------
   compute ID all STYLE SET keyword value ...
------------------------------------------------------------------------- */

ComputeTumble::ComputeTumble(LAMMPS *lmp, int narg, char **arg) : Compute(lmp, narg, arg)
{
  comm_reverse = 3;
  if (igroup != 0)
    error->all(FLERR, "compute {}: expected group all, since a model sees all atoms; got {}", style, arg[1]);
  const std::string failure = catch_failure([&] {
    const ComputeKeywords keywords = parse_compute_keywords(narg - 3, arg + 3);
    symmetrizer_ = tumble::Symmetrizer(keywords.symmetrize);
    tumble::require_spread(symmetrizer_);
    instance_ = keywords.instance;
  });
  // every rank has the same failure
  if (!failure.empty()) error->all(FLERR, "compute {}: {}", style, failure);
}

/* ---------------------------------------------------------------------- */

void ComputeTumble::init()
{
  find_pair();
  energy_unit_ = energy_unit(lmp);
  evaluated_ = -1;
}

/* ----------------------------------------------------------------------
   search every time, since another pair_style command may have been executed
------------------------------------------------------------------------- */

PairTumble &ComputeTumble::find_pair() const
{
  const auto pairs = PairTumble::instances(*force);
  const auto count = static_cast<std::int64_t>(pairs.size());
  if (count == 0) error->all(FLERR, "compute {}: expected a `pair_style tumble`, got none", style);
  if (instance_ == 0 && count > 1)
    error->all(FLERR, "compute {}: expected `instance N` with N from 1 to {}, since there are {} pair styles tumble",
               style, count, count);
  if (instance_ > count)
    error->all(FLERR, "compute {}: `instance`: expected an integer from 1 to {}, got {}", style, count, instance_);
  return *pairs[instance_ == 0 ? 0 : instance_ - 1];
}

/* ---------------------------------------------------------------------- */

void ComputeTumble::evaluate()
{
  const PairTumble &pair = find_pair();
  const bool is_new = pair.evaluations() != evaluated_;
  const std::string mine = catch_failure(
      [&] {
        pair.require_evaluation();
        if (!is_new) return;
        // no pair style has this instance, so random rotations differ from theirs for any seed
        const auto word = [](auto number) { return static_cast<std::uint64_t>(number); };
        const tumble::StreamKey key = {word(update->ntimestep), 0, word(universe->iworld), word(-1)};
        frames_ = tumble::with_lab_frame(symmetrizer_.frames(key));
        pair.evaluate(frames_, evaluation_);
      },
      [&](std::int64_t n) { return pair.atom_name(n); });
  const std::string failure = agree_on_failure(world, mine);
  if (!failure.empty()) error->all(FLERR, "compute {} at step {}: {}", style, update->ntimestep, failure);
  if (!is_new) return;

  model_atoms_ = static_cast<int>(pair.graph().graph().local_atoms[0]);
  collect_differences(pair.graph());
  evaluated_ = pair.evaluations();
}

/* ----------------------------------------------------------------------
   differences for atoms and ghosts; those of ghosts are added to their owners
------------------------------------------------------------------------- */

void ComputeTumble::collect_differences(const LammpsGraph &graph)
{
  differences_.assign(atom->nlocal + atom->nghost, {});
  for (std::size_t n = 0; n < evaluation_.forces.size(); ++n)
    for (int a = 0; a < 3; ++a)
      differences_[graph.atoms()[n]][a] = energy_unit_ * (evaluation_.forces[n][a] - evaluation_.bare_forces[n][a]);
  comm->reverse_comm(this);
}

/* ---------------------------------------------------------------------- */

int ComputeTumble::pack_reverse_comm(int n, int first, double *buf)
{
  int m = 0;
  for (int i = first; i < first + n; ++i)
    for (int a = 0; a < 3; ++a) buf[m++] = differences_[i][a];
  return m;
}

/* ---------------------------------------------------------------------- */

void ComputeTumble::unpack_reverse_comm(int n, int *list, double *buf)
{
  int m = 0;
  for (int i = 0; i < n; ++i)
    for (int a = 0; a < 3; ++a) differences_[list[i]][a] += buf[m++];
}

/* ---------------------------------------------------------------------- */

double ComputeTumble::memory_usage()
{
  const auto vectors = evaluation_.forces.size() + evaluation_.bare_forces.size() + evaluation_.edge_gradients.size() +
                       differences_.size();
  return static_cast<double>(vectors) * sizeof(tumble::Vector3);
}
