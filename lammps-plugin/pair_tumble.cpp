/* SPDX-License-Identifier: GPL-2.0-only */
#include "pair_tumble.h"

#include "atom.h"
#include "atom_virials.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "failure.h"
#include "force.h"
#include "keywords.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "requirements.h"
#include "universe.h"
#include "update.h"
#include "utils.h"

#include "tumble/base/device.h"
#include "tumble/base/error.h"
#include "tumble/base/threads.h"
#include "tumble/base/units.h"
#include "tumble/model/model_file.h"

#include <algorithm>
#include <cstring>

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

PairTumble::PairTumble(LAMMPS *lmp) : Pair(lmp), frames_(lmp), halo_(lmp), log_(lmp), doubts_(lmp)
{
  single_enable = 0;
  restartinfo = 0;
  one_coeff = 1;
  manybody_flag = 1;
  // Without exact rotational invariance the virial isn't symmetric, and LAMMPS' sum over x·f yields the wrong triangle.
  no_virial_fdotr_compute = 1;
  centroidstressflag = CENTROID_NOTAVAIL;

  nextra = 7;
  pvector = new double[nextra]{};
}

/* ---------------------------------------------------------------------- */

PairTumble::~PairTumble()
{
  delete[] pvector;
  if (allocated) {
    memory->destroy(setflag);
    memory->destroy(cutsq);
  }
}

/* ---------------------------------------------------------------------- */

void PairTumble::settings(int narg, char **arg)
{
  options_ = {};
  // LAMMPS keeps the object if the same style is chosen again, but the model must be loaded again
  forget_model();
  const std::string failure = catch_failure([&] {
    const PairKeywords keywords = parse_pair_keywords(narg, arg);
    options_ = keywords.load;
    frames_.set(tumble::Symmetrizer(keywords.symmetrize), keywords.shared_frames);
  });
  // every rank has the same failure
  if (!failure.empty()) error->all(FLERR, "pair_style tumble: {}", failure);
  options_.device = tumble::device_of_rank(options_.device, rank_on_node());
}

/* ---------------------------------------------------------------------- */

void PairTumble::forget_model()
{
  potential_.reset();
  evaluated_step_ = -1;
  if (!allocated) return;
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = i; j <= atom->ntypes; ++j) setflag[i][j] = 0;
}

/* ----------------------------------------------------------------------
   pair_coeff * * MODEL element of type 1, element of type 2, ...
------------------------------------------------------------------------- */

void PairTumble::coeff(int narg, char **arg)
{
  // LAMMPS itself checks the `* *`, since one_coeff is set
  const int ntypes = atom->ntypes;
  if (narg < 3)
    error->all(FLERR, "pair_coeff for pair_style tumble: expected `* * MODEL` and one element per atom type");
  if (narg - 3 != ntypes)
    error->all(FLERR, "pair_coeff for pair_style tumble: expected one element for each of {} atom types, got {}",
               ntypes, narg - 3);

  refuse_kspace(lmp, this);

  const std::string mine = catch_failure([&] { load(arg[2], arg + 3); });
  const std::string failure = agree_on_failure(world, mine);
  if (!failure.empty()) {
    forget_model();
    error->all(FLERR, "pair_style tumble: {}", failure);
  }

  if (!allocated) allocate();
  int count = 0;
  for (int i = 1; i <= ntypes; ++i)
    for (int j = i; j <= ntypes; ++j) {
      setflag[i][j] = species_of_type_[i] >= 0 && species_of_type_[j] >= 0;
      count += setflag[i][j];
    }
  if (count == 0) error->all(FLERR, "pair_coeff for pair_style tumble: expected an element, got only NULL");
  if (count < ntypes * (ntypes + 1) / 2 && !utils::strmatch(force->pair_style, "^hybrid"))
    error->all(FLERR, "pair_coeff for pair_style tumble: NULL is for types that another style of pair_style hybrid "
                      "treats; expected an element");
}

/* ---------------------------------------------------------------------- */

void PairTumble::load(const std::string &model, const char *const *elements)
{
  tumble::set_threads(comm->nthreads);
  evaluated_step_ = -1;
  potential_ = std::make_unique<tumble::Potential>(tumble::find_model(model), options_);
  species_of_type_.assign(atom->ntypes + 1, -1);
  symbol_of_type_.assign(atom->ntypes + 1, "");
  for (int type = 1; type <= atom->ntypes; ++type) {
    const char *element = elements[type - 1];
    if (strcmp(element, "NULL") == 0) continue;
    symbol_of_type_[type] = element;
    species_of_type_[type] = potential_->metadata().species_index(element);
  }
}

/* ----------------------------------------------------------------------
   return the rank among the processes of this partition on this machine, plus the ranks of earlier partitions, so that
   all processes share the GPUs; all ranks must call it
------------------------------------------------------------------------- */

int PairTumble::rank_on_node() const
{
  MPI_Comm node;
  MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  int rank = 0;
  MPI_Comm_rank(node, &rank);
  MPI_Comm_free(&node);
  return rank + (universe->existflag ? universe->root_proc[universe->iworld] : 0);
}

/* ---------------------------------------------------------------------- */

void PairTumble::allocate()
{
  const int n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      setflag[i][j] = 0;
      cutsq[i][j] = 0.0;
    }
  allocated = 1;
}

/* ---------------------------------------------------------------------- */

void PairTumble::init_style()
{
  energy_unit_ = energy_unit(lmp);
  check_atoms_and_lists(lmp, passes_messages_to_ghosts());

  using namespace NeighConst;
  neighbor->add_request(this, passes_messages_to_ghosts() ? REQ_FULL | REQ_GHOST : REQ_FULL);
  set_halo();
  restarted_ = true;
  evaluated_step_ = -1;
  const auto all = instances(*force);
  frames_.init(static_cast<int>(std::find(all.begin(), all.end(), this) - all.begin()));

  tumble::set_threads(comm->nthreads);
  log_.write_model(*potential_, frames_.symmetrizer(), halo_width(), passes_messages_to_ghosts());
  doubts_.about_masses(symbol_of_type_);
  doubts_.about_random_frames(frames_.symmetrizer(), symbol_of_type_);
}

/* ----------------------------------------------------------------------
   return whether ghosts are centers; on one rank they aren't, since all are images of local atoms and folded onto these
------------------------------------------------------------------------- */

bool PairTumble::passes_messages_to_ghosts() const
{
  return comm->nprocs > 1 && potential_->metadata().depth > 1;
}

/* ----------------------------------------------------------------------
   return the longest edge that may come within the cutoff before the next rebuild
------------------------------------------------------------------------- */

double PairTumble::hop() const
{
  return potential_->metadata().cutoff + neighbor->skin;
}

/* ---------------------------------------------------------------------- */

double PairTumble::halo_width() const
{
  return passes_messages_to_ghosts() ? potential_->metadata().depth * hop() : hop();
}

/* ----------------------------------------------------------------------
   widen the halo: every hop over the neighbor list must end on an atom that this rank has
------------------------------------------------------------------------- */

void PairTumble::set_halo()
{
  check_communication(lmp, hop(), halo_width());
  if (passes_messages_to_ghosts())
    halo_.widen(halo_width());
  else
    halo_.release();
}

/* ---------------------------------------------------------------------- */

double PairTumble::init_one(int i, int j)
{
  if (setflag[i][j] == 0) error->all(FLERR, "pair_style tumble: pair_coeff isn't set for all types");
  return potential_->metadata().cutoff;
}

/* ----------------------------------------------------------------------
   called before the first evaluation of a run, a minimization or a snapshot of rerun
------------------------------------------------------------------------- */

void PairTumble::setup()
{
  restarted_ = true;
  evaluated_step_ = -1;
  frames_.restart();
}

/* ----------------------------------------------------------------------
   called at the end of a run
------------------------------------------------------------------------- */

void PairTumble::finish()
{
  log_.write_share_of_ghosts(passes_messages_to_ghosts());
}

/* ----------------------------------------------------------------------
   return whether the neighbor list was rebuilt; neighbor->ago doesn't show that with r-RESPA, since it stays 0 for all
   evaluations of a step
------------------------------------------------------------------------- */

bool PairTumble::list_is_new()
{
  const std::pair build(neighbor->lastcall, neighbor->ncalls);
  const bool is_new = restarted_ || build != last_build_;
  restarted_ = false;
  last_build_ = build;
  return is_new;
}

/* ---------------------------------------------------------------------- */

void PairTumble::compute(int eflag, int vflag)
{
  // `run N pre no` skips LAMMPS' own check
  if (!potential_) error->all(FLERR, "pair_style tumble: expected pair_coeff after pair_style, got none");
  ev_init(eflag, vflag);

  evaluated_step_ = -1;
  const auto &metadata = potential_->metadata();
  const std::vector<tumble::Frames> &frames = frames_.next();
  const tumble::Graph *graph = nullptr;
  bool evaluated = false;
  const bool rebuild = list_is_new();
  if (rebuild) refuse_lost_atoms(lmp);
  const auto work = [&] {
    if (rebuild) graph_.rebuild(*atom, *domain, *list, hop(), metadata.depth);
    graph = &graph_.update(*atom, species_of_type_, metadata.cutoff);
    try {
      potential_->evaluate(*graph, frames, evaluation_);
      evaluated = true;
    } catch (const tumble::NotFiniteError &) {
      evaluated = true;
      throw;
    }
  };
  const std::string failure = catch_failure(work, [this](std::int64_t n) { return atom_name(n); });
  stop_if_failed(failure, evaluated);
  ++evaluations_;
  evaluated_step_ = update->ntimestep;
  evaluated_atoms_ = atom->nlocal + atom->nghost;

  add_forces();
  tally(*graph);
  if (rebuild) log_.write_threads(*potential_, *graph, frames[0].size());
  log_.count(*graph);
}

/* ----------------------------------------------------------------------
   stop all ranks if one has failed; all ranks call it in every step
------------------------------------------------------------------------- */

void PairTumble::stop_if_failed(const std::string &mine, bool evaluated)
{
  const std::string failure = agree_on_failure(world, mine);
  if (failure.empty()) return;
  if (!evaluated) evaluation_.forces.clear();
  const std::string frame = write_failed_frame(lmp, symbol_of_type_, graph_.atoms(), evaluation_.forces);
  error->all(FLERR, "pair_style tumble at step {}: {}; {}", update->ntimestep, failure, frame);
}

/* ---------------------------------------------------------------------- */

void PairTumble::add_forces()
{
  double **f = atom->f;
  for (std::size_t n = 0; n < evaluation_.forces.size(); ++n)
    for (int a = 0; a < 3; ++a) f[graph_.atoms()[n]][a] += energy_unit_ * evaluation_.forces[n][a];
}

/* ---------------------------------------------------------------------- */

void PairTumble::tally(const tumble::Graph &graph)
{
  for (int a = 0; a < 3; ++a) {
    pvector[a] = energy_unit_ * evaluation_.torques[0][a];
    pvector[4 + a] = energy_unit_ * evaluation_.bare_torques[0][a];
  }
  pvector[3] = energy_unit_ * evaluation_.bare_energies[0];
  if (eflag_global) eng_vdwl += energy_unit_ * evaluation_.energies[0];
  if (eflag_atom)
    for (std::int64_t n = 0; n < graph.local_atoms[0]; ++n)
      eatom[graph_.atoms()[n]] += energy_unit_ * evaluation_.atom_energies[n];
  if (vflag_global) {
    // xx yy zz xy xz yz: LAMMPS moves its tilt factors with the lower triangle (docs/architecture.md)
    const auto &w = evaluation_.virials[0];
    const double components[6] = {w[0][0], w[1][1], w[2][2], w[1][0], w[2][0], w[2][1]};
    for (int k = 0; k < 6; ++k) virial[k] += energy_unit_ * components[k];
  }
  if (vflag_atom) add_atom_virials(graph_, evaluation_, energy_unit_, vatom);
}

/* ---------------------------------------------------------------------- */

std::vector<PairTumble *> PairTumble::instances(Force &force)
{
  std::vector<PairTumble *> found;
  for (int n = 1;; ++n) {
    auto *const pair = dynamic_cast<PairTumble *>(force.pair_match("tumble", 1, n));
    // if there is only one, LAMMPS ignores the number
    if (!pair || (!found.empty() && pair == found.back())) return found;
    found.push_back(pair);
  }
}

/* ---------------------------------------------------------------------- */

void PairTumble::require_evaluation() const
{
  if (evaluated_step_ != update->ntimestep)
    throw tumble::ConfigurationError("expected forces of this step, to which the values belong, got none so far; ask "
                                     "later in the step, or after `run 0`");
  if (evaluated_atoms_ != atom->nlocal + atom->nghost)
    throw tumble::ConfigurationError("expected the atoms of the last run, got others; use `run 0`");
}

/* ---------------------------------------------------------------------- */

void PairTumble::evaluate(const tumble::Frames &frames, tumble::Evaluation &result) const
{
  potential_->evaluate(graph_.graph(), {frames}, result);
}

/* ---------------------------------------------------------------------- */

std::string PairTumble::atom_name(std::int64_t n) const
{
  return fmt::format("atom ID {}", atom->tag[graph_.atoms()[n]]);
}

/* ---------------------------------------------------------------------- */

double PairTumble::memory_usage()
{
  const auto atoms = static_cast<double>(evaluation_.forces.size() + evaluation_.bare_forces.size());
  const auto edges = static_cast<double>(evaluation_.edge_gradients.size());
  const auto energies = static_cast<double>(evaluation_.atom_energies.size() + evaluation_.frame_energies.size());
  return Pair::memory_usage() + graph_.memory_usage() + (atoms + edges) * sizeof(tumble::Vector3) +
         energies * sizeof(double);
}
