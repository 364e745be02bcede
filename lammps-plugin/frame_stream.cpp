/* SPDX-License-Identifier: GPL-2.0-only */
#include "frame_stream.h"

#include "compute.h"
#include "error.h"
#include "fix.h"
#include "lammps.h"
#include "modify.h"
#include "universe.h"
#include "update.h"
#include "utils.h"

using namespace LAMMPS_NS;

void FrameStream::set(const tumble::Symmetrizer &symmetrizer, bool shared)
{
  symmetrizer_ = symmetrizer;
  shared_ = shared;
  frames_ = {symmetrizer.frames()};
}

void FrameStream::init(int instance)
{
  instance_ = instance;
  if (!symmetrizer_.random()) return;
  if (lmp_->update->whichflag == 2)
    lmp_->error->all(FLERR,
                     "pair_style tumble: expected a fixed set for a minimization, such as icosahedral, since with "
                     "new rotations the energy changes in every evaluation; got `symmetrize {}`",
                     symmetrizer_.options().symmetrize);
  // compute born/matrix also has an analytic mode, but only for other pair styles
  for (const Fix *fix : lmp_->modify->get_fix_by_style("^numdiff"))
    refuse_differences(std::string("fix ") + fix->style);
  for (const char *style : {"^born/matrix", "^fep"})
    for (const Compute *compute : lmp_->modify->get_compute_by_style(style))
      refuse_differences(std::string("compute ") + compute->style);
}

void FrameStream::refuse_differences(const std::string &what) const
{
  lmp_->error->all(FLERR,
                   "pair_style tumble: expected a fixed set for {}, such as icosahedral, since it takes differences "
                   "between evaluations, each of which has other rotations; got `symmetrize {}`",
                   what, symmetrizer_.options().symmetrize);
}

const std::vector<tumble::Frames> &FrameStream::next()
{
  if (!symmetrizer_.random()) return frames_;
  const Update &update = *lmp_->update;
  // outside of runs and minimizations, only dynamical_matrix and third_order compute forces
  if (update.whichflag == 0) refuse_differences("dynamical_matrix and third_order");
  if (update.ntimestep != step_) evaluations_ = 0;
  step_ = update.ntimestep;
  // the headers in LAMMPS' package give no access to the level
  if (evaluations_ > 0 && utils::strmatch(update.integrate_style, "^respa"))
    lmp_->error->all(FLERR,
                     "pair_style tumble: expected random rotations at the outermost level of `run_style respa` alone, "
                     "since within one of its steps the energy of an inner level must stay the same; got `symmetrize "
                     "{}` for several evaluations in a step; use a fixed set, or the outermost level",
                     symmetrizer_.options().symmetrize);
  const auto word = [](auto number) { return static_cast<std::uint64_t>(number); };
  const int partition = shared_ ? 0 : lmp_->universe->iworld;
  frames_ = {symmetrizer_.frames({word(step_), word(evaluations_), word(partition), word(instance_)})};
  ++evaluations_;
  return frames_;
}
