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
                     "fresh frames the energy is another one in every evaluation; got `symmetrize {}`",
                     symmetrizer_.options().symmetrize);
  // of compute born/matrix, what isn't by finite differences is for other pair styles
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
                   "between evaluations, each of which has other frames; got `symmetrize {}`",
                   what, symmetrizer_.options().symmetrize);
}

const std::vector<tumble::Frames> &FrameStream::next()
{
  if (!symmetrizer_.random()) return frames_;
  const Update &update = *lmp_->update;
  // outside of runs and minimizations, forces are for dynamical_matrix and third_order
  if (update.whichflag == 0) refuse_differences("dynamical_matrix and third_order");
  if (update.ntimestep != step_) evaluations_ = 0;
  step_ = update.ntimestep;
  // no header of LAMMPS' package tells the level itself
  if (evaluations_ > 0 && utils::strmatch(update.integrate_style, "^respa"))
    lmp_->error->all(FLERR,
                     "pair_style tumble: expected random frames at the outermost level of `run_style respa` alone, "
                     "since within one of its steps the energy of an inner level must stay the same; got `symmetrize "
                     "{}` for several evaluations in a step; use a fixed set, or the outermost level",
                     symmetrizer_.options().symmetrize);
  const auto word = [](auto number) { return static_cast<std::uint64_t>(number); };
  const int partition = shared_ ? 0 : lmp_->universe->iworld;
  frames_ = {symmetrizer_.frames({word(step_), word(evaluations_), word(partition), word(instance_)})};
  ++evaluations_;
  return frames_;
}
