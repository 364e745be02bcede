/* SPDX-License-Identifier: GPL-2.0-only */
#include "pair_tumble.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include "tumble/error.h"
#include "tumble/model_file.h"

#include <cstring>

using namespace LAMMPS_NS;

namespace {

/// Runs a piece of work at the boundary to the core and hands any exception's text to a LAMMPS error function.
///
/// @param tags IDs of the local atoms, by which LAMMPS' users know them
template <typename Work, typename Report> void guarded(Work &&work, Report &&report, const tagint *tags = nullptr)
{
  std::string failure;
  try {
    work();
  } catch (const tumble::Error &error) {
    failure = error.what();
    if (tags)
      for (const auto n : error.atoms()) failure += fmt::format("; atom {} has ID {}", n, tags[n]);
  } catch (const std::exception &exception) {
    failure = exception.what();
  }
  if (!failure.empty()) report(failure);
}

}    // namespace

/* ---------------------------------------------------------------------- */

PairTumble::PairTumble(LAMMPS *lmp) : Pair(lmp)
{
  single_enable = 0;
  restartinfo = 0;
  one_coeff = 1;
  manybody_flag = 1;
  // Without exact rotational invariance the virial isn't symmetric, and LAMMPS' sum over x·f yields the wrong triangle.
  no_virial_fdotr_compute = 1;
  centroidstressflag = CENTROID_NOTAVAIL;

  nextra = 3;
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
  // LAMMPS keeps the object if the same style is chosen again: the model has to be loaded anew
  potential_.reset();
  if (allocated)
    for (int i = 1; i <= atom->ntypes; ++i)
      for (int j = i; j <= atom->ntypes; ++j) setflag[i][j] = 0;
  for (int i = 0; i < narg; i += 2) {
    if (i + 1 >= narg) error->all(FLERR, "pair_style tumble: expected a value after keyword `{}`", arg[i]);
    if (strcmp(arg[i], "device") == 0) {
      options_.device = arg[i + 1];
    } else if (strcmp(arg[i], "memory") == 0) {
      options_.memory = utils::numeric(FLERR, arg[i + 1], false, lmp);
    } else if (strcmp(arg[i], "check") == 0) {
      options_.check = utils::logical(FLERR, arg[i + 1], false, lmp);
    } else {
      error->all(FLERR, "pair_style tumble: expected a keyword among device, memory, check; got `{}`", arg[i]);
    }
  }
}

/* ----------------------------------------------------------------------
   pair_coeff * * MODEL element of type 1, element of type 2, ...
------------------------------------------------------------------------- */

void PairTumble::coeff(int narg, char **arg)
{
  // LAMMPS itself sees to the `* *`, since one_coeff is set
  const int ntypes = atom->ntypes;
  if (narg < 3)
    error->all(FLERR, "pair_coeff for pair_style tumble: expected `* * MODEL` and one element per atom type");
  if (narg - 3 != ntypes)
    error->all(FLERR, "pair_coeff for pair_style tumble: expected one element for each of {} atom types, got {}",
               ntypes, narg - 3);

  const auto all = [this](const std::string &text) { error->all(FLERR, "pair_style tumble: {}", text); };
  guarded(
      [&] {
        tumble::set_threads(comm->nthreads);
        model_path_ = tumble::find_model(arg[2]);
        potential_ = std::make_unique<tumble::Potential>(model_path_, options_);
        species_of_type_.assign(ntypes + 1, 0);
        for (int type = 1; type <= ntypes; ++type)
          species_of_type_[type] = potential_->metadata().species_index(arg[2 + type]);
      },
      all);

  if (!allocated) allocate();
  for (int i = 1; i <= ntypes; ++i)
    for (int j = i; j <= ntypes; ++j) setflag[i][j] = 1;
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
  if (strcmp(update->unit_style, "metal") != 0)
    error->all(FLERR, "pair_style tumble: expected `units metal`, got `units {}`", update->unit_style);
  if (!atom->tag_enable) error->all(FLERR, "pair_style tumble: expected atoms with IDs, got `atom_modify id no`");
  if (comm->nprocs > 1)
    error->all(FLERR, "pair_style tumble: expected 1 MPI rank, got {}; use threads instead (OMP_NUM_THREADS)",
               comm->nprocs);
  check_neighbor_list();

  neighbor->add_request(this, NeighConst::REQ_FULL);
  rebuild_ = true;

  tumble::set_threads(comm->nthreads);
  if (comm->me == 0) log_model();
}

/* ----------------------------------------------------------------------
   the model must see every pair within its cutoff
------------------------------------------------------------------------- */

void PairTumble::check_neighbor_list() const
{
  if (atom->molecular != Atom::ATOMIC)
    for (int k = 1; k <= 3; ++k)
      if (force->special_lj[k] == 0.0 && force->special_coul[k] == 0.0)
        error->all(FLERR, "pair_style tumble: bonded pairs are missing from the neighbor list, since their weight in "
                          "special_bonds is 0; add `special_bonds lj/coul 1.0 1.0 1.0`");
  // neighbor->exclude is set after this, and hasn't been at all before the first run
  if ((neighbor->nex_type || neighbor->nex_group || neighbor->nex_mol) && comm->me == 0)
    error->warning(FLERR, "pair_style tumble: pairs excluded by neigh_modify are invisible to the model, too");
}

/* ---------------------------------------------------------------------- */

void PairTumble::log_model() const
{
  const auto &metadata = potential_->metadata();
  utils::logmesg(lmp,
                 "pair_style tumble: model {} ({}), {} invariance, cutoff {} A, depth {}, {}\n"
                 "pair_style tumble: device {}, {} thread{}\n",
                 metadata.name, model_path_, metadata.symmetry_kind, metadata.cutoff, metadata.depth, metadata.dtype,
                 potential_->device(), tumble::threads(), tumble::threads() == 1 ? "" : "s");
}

/* ---------------------------------------------------------------------- */

double PairTumble::init_one(int i, int j)
{
  if (setflag[i][j] == 0) error->all(FLERR, "pair_style tumble: pair_coeff isn't set for all types");
  return potential_->metadata().cutoff;
}

/* ---------------------------------------------------------------------- */

void PairTumble::compute(int eflag, int vflag)
{
  // `run N pre no` skips LAMMPS' own check
  if (!potential_) error->all(FLERR, "pair_style tumble: expected pair_coeff after pair_style, got none");
  ev_init(eflag, vflag);

  const tumble::Graph *graph = nullptr;
  const auto one = [this](const std::string &text) {
    error->one(FLERR, "pair_style tumble at step {}: {}", update->ntimestep, text);
  };
  guarded(
      [&] {
        if (rebuild_ || neighbor->ago == 0) graph_.rebuild(*atom, *domain, *list, species_of_type_);
        rebuild_ = false;
        graph = &graph_.update(*atom, potential_->metadata().cutoff);
        potential_->evaluate(*graph, evaluation_);
      },
      one, atom->tag);

  add_forces(evaluation_);
  tally(*graph, evaluation_);
}

/* ---------------------------------------------------------------------- */

void PairTumble::add_forces(const tumble::Evaluation &evaluation)
{
  double **f = atom->f;
  for (int i = 0; i < atom->nlocal; ++i)
    for (int a = 0; a < 3; ++a) f[i][a] += evaluation.forces[i][a];
}

/* ---------------------------------------------------------------------- */

void PairTumble::tally(const tumble::Graph &graph, const tumble::Evaluation &evaluation)
{
  for (int a = 0; a < 3; ++a) pvector[a] = evaluation.torques[0][a];
  if (eflag_global) eng_vdwl += evaluation.energies[0];
  if (eflag_atom)
    for (int i = 0; i < atom->nlocal; ++i) eatom[i] += evaluation.atom_energies[i];
  if (vflag_global) {
    // xx yy zz xy xz yz: LAMMPS moves its tilt factors with the lower triangle (docs/architecture.md)
    const auto &w = evaluation.virials[0];
    const double components[6] = {w[0][0], w[1][1], w[2][2], w[1][0], w[2][0], w[2][1]};
    for (int k = 0; k < 6; ++k) virial[k] += components[k];
  }
  if (vflag_atom) tally_atom_virials(graph, evaluation);
}

/* ----------------------------------------------------------------------
   a partition of the virial: each edge's term is split between its atoms
------------------------------------------------------------------------- */

void PairTumble::tally_atom_virials(const tumble::Graph &graph, const tumble::Evaluation &evaluation)
{
  for (std::int64_t e = 0; e < graph.edges(); ++e) {
    const auto &v = graph.vectors[e];
    const auto &g = evaluation.edge_gradients[e];
    const double half[6] = {-0.5 * v[0] * g[0], -0.5 * v[1] * g[1], -0.5 * v[2] * g[2],
                            -0.5 * v[1] * g[0], -0.5 * v[2] * g[0], -0.5 * v[2] * g[1]};
    for (int k = 0; k < 6; ++k) {
      vatom[graph.center(e)][k] += half[k];
      vatom[graph.neighbor(e)][k] += half[k];
    }
  }
}

/* ---------------------------------------------------------------------- */

double PairTumble::memory_usage()
{
  const auto edges = static_cast<double>(evaluation_.edge_gradients.size());
  return Pair::memory_usage() + edges * (2 * sizeof(tumble::Vector3) + 4 * sizeof(std::int64_t));
}
