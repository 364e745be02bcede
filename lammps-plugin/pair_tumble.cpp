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
#include "universe.h"
#include "update.h"
#include "utils.h"

#include "tumble/error.h"
#include "tumble/model_file.h"
#include "tumble/units.h"

#include <algorithm>
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
  release_halo();
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
  guarded([&] { load(arg[2], narg - 3, arg + 3); }, all);

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

void PairTumble::load(const std::string &model, int ntypes, char **elements)
{
  tumble::set_threads(comm->nthreads);
  model_path_ = tumble::find_model(model);
  auto options = options_;
  options.device = tumble::device_of_rank(options_.device, rank_on_node());
  potential_ = std::make_unique<tumble::Potential>(model_path_, options);
  species_of_type_.assign(ntypes + 1, -1);
  for (int type = 1; type <= ntypes; ++type)
    if (strcmp(elements[type - 1], "NULL") != 0)
      species_of_type_[type] = potential_->metadata().species_index(elements[type - 1]);
}

/* ----------------------------------------------------------------------
   rank among the processes of this machine, so that they share its GPUs; partitions take theirs one after the other
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
  choose_units();
  check_settings();
  check_neighbor_list();

  using namespace NeighConst;
  neighbor->add_request(this, passes_messages_to_ghosts() ? REQ_FULL | REQ_GHOST : REQ_FULL);
  set_halo();
  restarted_ = true;

  tumble::set_threads(comm->nthreads);
  if (comm->me == 0) log_model();
}

/* ---------------------------------------------------------------------- */

void PairTumble::choose_units()
{
  if (strcmp(update->unit_style, "metal") == 0)
    energy_unit_ = 1.0;
  else if (strcmp(update->unit_style, "real") == 0)
    energy_unit_ = tumble::units::ev_in_kcal_per_mol;
  else
    error->all(FLERR, "pair_style tumble: expected `units metal` or `units real`, got `units {}`", update->unit_style);
}

/* ---------------------------------------------------------------------- */

void PairTumble::check_settings() const
{
  if (!atom->tag_enable) error->all(FLERR, "pair_style tumble: expected atoms with IDs, got `atom_modify id no`");
  if (comm->nprocs > 1 && !force->newton_pair)
    error->all(FLERR, "pair_style tumble: expected `newton on` with several MPI ranks, since a rank's energies exert "
                      "forces on atoms of others; got `newton off`");
  if (passes_messages_to_ghosts() && neighbor->style != Neighbor::BIN && neighbor->style != Neighbor::NSQ)
    error->all(FLERR,
               "pair_style tumble: expected `neighbor bin` or `neighbor nsq` for message passing over several MPI "
               "ranks, since LAMMPS has no lists of ghosts' neighbors in other styles");
  if (force->kspace && force->pair == this)
    error->all(FLERR, "pair_style tumble: expected no kspace_style, since the model has no charges; got `{}`",
               force->kspace_style);
}

/* ----------------------------------------------------------------------
   the model must see every pair within its cutoff
------------------------------------------------------------------------- */

void PairTumble::check_neighbor_list() const
{
  if (neighbor->includegroup)
    error->all(FLERR, "pair_style tumble: expected neighbor lists of all atoms, got `neigh_modify include`");
  if (atom->molecular != Atom::ATOMIC)
    for (int k = 1; k <= 3; ++k)
      if (force->special_lj[k] == 0.0 && force->special_coul[k] == 0.0)
        error->all(FLERR, "pair_style tumble: bonded pairs are missing from the neighbor list, since their weight in "
                          "special_bonds is 0; add `special_bonds lj/coul 1.0 1.0 1.0`");
  // neighbor->exclude is set after this, and hasn't been at all before the first run
  if ((neighbor->nex_type || neighbor->nex_group || neighbor->nex_mol) && comm->me == 0)
    error->warning(FLERR, "pair_style tumble: pairs excluded by neigh_modify are invisible to the model, too");
}

/* ----------------------------------------------------------------------
   whether ghosts are centres: on one rank all are images of local atoms, and are folded onto these
------------------------------------------------------------------------- */

bool PairTumble::passes_messages_to_ghosts() const
{
  return comm->nprocs > 1 && potential_->metadata().depth > 1;
}

/* ----------------------------------------------------------------------
   every hop over the neighbour list must end on an atom that this rank has
------------------------------------------------------------------------- */

void PairTumble::set_halo()
{
  release_halo();
  const auto &metadata = potential_->metadata();
  const double hop = metadata.cutoff + neighbor->skin;
  const double halo = passes_messages_to_ghosts() ? metadata.depth * hop : hop;
  for (int a = 0; a < domain->dimension; ++a)
    if (comm->style == Comm::TILED && domain->periodicity[a] && halo > domain->prd[a])
      error->all(FLERR,
                 "pair_style tumble: expected a periodic box of at least {:.8g} A (the halo) along {} with "
                 "`comm_style tiled`, got {:.8g}; use `comm_style brick` or fewer MPI ranks",
                 halo, "xyz"[a], domain->prd[a]);
  if (passes_messages_to_ghosts() && comm->cutghostuser < halo) {
    user_halo_ = comm->cutghostuser;
    comm->cutghostuser = halo_ = halo;
  }
}

/* ---------------------------------------------------------------------- */

void PairTumble::release_halo()
{
  if (halo_ > 0.0 && comm->cutghostuser == halo_) comm->cutghostuser = user_halo_;
  halo_ = 0.0;
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
  if (passes_messages_to_ghosts())
    utils::logmesg(lmp,
                   "pair_style tumble: {} MPI ranks, messages pass through a halo of {:.8g} A, {} x (cutoff + skin)\n",
                   comm->nprocs, metadata.depth * (metadata.cutoff + neighbor->skin), metadata.depth);
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
}

/* ----------------------------------------------------------------------
   called at the end of a run
------------------------------------------------------------------------- */

void PairTumble::finish()
{
  std::array<double, 2> edges{};
  MPI_Reduce(edges_evaluated_.data(), edges.data(), 2, MPI_DOUBLE, MPI_SUM, 0, world);
  edges_evaluated_ = {};
  if (comm->me == 0 && passes_messages_to_ghosts() && edges[1] > 0.0)
    utils::logmesg(lmp, "pair_style tumble: {:.1f} % of the model's work was for ghosts\n",
                   100.0 * (1.0 - edges[0] / edges[1]));
}

/* ----------------------------------------------------------------------
   neighbor->ago stays 0 for all evaluations of a step with a rebuild, of which r-RESPA has several
------------------------------------------------------------------------- */

bool PairTumble::list_is_new()
{
  const std::pair build(neighbor->lastcall, neighbor->ncalls);
  const bool is_new = restarted_ || (neighbor->ago == 0 && build != last_build_);
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

  const auto &metadata = potential_->metadata();
  const tumble::Graph *graph = nullptr;
  const auto one = [this](const std::string &text) {
    error->one(FLERR, "pair_style tumble at step {}: {}", update->ntimestep, text);
  };
  guarded(
      [&] {
        if (list_is_new()) graph_.rebuild(*atom, *domain, *list, species_of_type_, metadata.depth);
        graph = &graph_.update(*atom, metadata.cutoff);
        potential_->evaluate(*graph, evaluation_);
      },
      one, atom->tag);

  add_forces();
  tally(*graph);
  count_edges(*graph);
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
  for (int a = 0; a < 3; ++a) pvector[a] = energy_unit_ * evaluation_.torques[0][a];
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
  if (vflag_atom) tally_atom_virials(graph);
}

/* ---------------------------------------------------------------------- */

void PairTumble::count_edges(const tumble::Graph &graph)
{
  const auto centers = graph.edge_index.begin();
  const auto ghosts = std::lower_bound(centers, centers + graph.edges(), graph.local_atoms[0]);
  edges_evaluated_[0] += static_cast<double>(ghosts - centers);
  edges_evaluated_[1] += static_cast<double>(graph.edges());
}

/* ----------------------------------------------------------------------
   a partition of the virial: each edge's term is split between its atoms
------------------------------------------------------------------------- */

void PairTumble::tally_atom_virials(const tumble::Graph &graph)
{
  const double factor = -0.5 * energy_unit_;
  for (std::int64_t e = 0; e < graph.edges(); ++e) {
    const auto &v = graph.vectors[e];
    const auto &g = evaluation_.edge_gradients[e];
    const double half[6] = {factor * v[0] * g[0], factor * v[1] * g[1], factor * v[2] * g[2],
                            factor * v[1] * g[0], factor * v[2] * g[0], factor * v[2] * g[1]};
    for (int k = 0; k < 6; ++k) {
      vatom[graph_.atoms()[graph.center(e)]][k] += half[k];
      vatom[graph_.atoms()[graph.neighbor(e)]][k] += half[k];
    }
  }
}

/* ---------------------------------------------------------------------- */

double PairTumble::memory_usage()
{
  const auto edges = static_cast<double>(evaluation_.edge_gradients.size());
  return Pair::memory_usage() + graph_.memory_usage() + edges * sizeof(tumble::Vector3);
}
