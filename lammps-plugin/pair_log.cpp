/* SPDX-License-Identifier: GPL-2.0-only */
#include "pair_log.h"

#include "comm.h"
#include "lammps.h"
#include "update.h"
#include "utils.h"

#include "tumble/base/threads.h"
#include "tumble/evaluation/run_line.h"

#include <algorithm>
#include <cstdlib>

using namespace LAMMPS_NS;

namespace {

/// Return the waiting policy of OpenMP, as the environment sets it.
std::string wait_policy()
{
  const char *policy = getenv("OMP_WAIT_POLICY"), *spins = getenv("GOMP_SPINCOUNT");
  return fmt::format("wait policy {}{}", policy ? policy : "default",
                     spins ? fmt::format(" after {} spins", spins) : "");
}

/// In words.
std::string invariance(const tumble::Metadata &metadata)
{
  if (metadata.breaks_parity_alone()) return "exact invariance under rotations, not inversion";
  return metadata.symmetry_kind + " invariance";
}

}    // namespace

void PairLog::write_model(const tumble::Potential &potential, const tumble::Symmetrizer &symmetrizer, double halo,
                          bool messages)
{
  if (lmp_->comm->me != 0) return;
  const auto &metadata = potential.metadata();
  std::string text = fmt::format("pair_style tumble: model {} ({}), {}, cutoff {} A, depth {}, {}\n"
                                 "pair_style tumble: symmetrize {}\n"
                                 "pair_style tumble: device {}, {} thread{}{}\n",
                                 metadata.name, potential.path(), invariance(metadata), metadata.cutoff, metadata.depth,
                                 metadata.dtype, symmetrizer.description(), potential.device(), tumble::threads(),
                                 tumble::threads() == 1 ? "" : "s", tumble::threads() == 1 ? "" : ", " + wait_policy());
  if (metadata.breaks_parity_alone() && !symmetrizer.averages_parity())
    text += "pair_style tumble: inversion changes the model's energy, which the frame torque doesn't show; `symmetrize "
            "inversion` removes that error, compute tumble/symmetry icosahedral+inversion measures it\n";
  const std::string enough = metadata.sufficient_set();
  if (!enough.empty() && symmetrizer.size() > tumble::Symmetrizer({enough, "average", {}}).size())
    text +=
        fmt::format("pair_style tumble: this model needs only `symmetrize {}`: it is exact under further rotations, "
                    "which cost time and change rounding alone\n",
                    enough);
  if (messages)
    text +=
        fmt::format("pair_style tumble: {} MPI ranks, messages pass through a halo of {:.8g} A, {} x (cutoff + skin)\n",
                    lmp_->comm->nprocs, halo, metadata.depth);
  text += tumble::run_line("lammps", potential, symmetrizer,
                           {{"lammps", std::string(lmp_->version)},
                            {"units", std::string(lmp_->update->unit_style)},
                            {"ranks", std::int64_t{lmp_->comm->nprocs}},
                            {"halo", halo}}) +
          "\n";
  if (text != model_) utils::logmesg(lmp_, text);
  if (text != model_) threads_ = 0;
  model_ = text;
}

void PairLog::write_threads(const tumble::Potential &potential, const tumble::Graph &graph, std::size_t frames)
{
  if (lmp_->comm->me != 0) return;
  const int threads = potential.threads(graph.edges(), frames);
  if (threads == threads_) return;
  threads_ = threads;
  if (potential.device() == "cpu" && threads < tumble::threads())
    utils::logmesg(lmp_, "pair_style tumble: {} thread{} for {} edges, too few for more\n", threads,
                   threads == 1 ? "" : "s", graph.edges());
}

void PairLog::count(const tumble::Graph &graph)
{
  const auto centers = graph.edge_index.begin();
  const auto ghosts = std::lower_bound(centers, centers + graph.edges(), graph.local_atoms[0]);
  edges_[0] += static_cast<double>(ghosts - centers);
  edges_[1] += static_cast<double>(graph.edges());
}

void PairLog::write_share_of_ghosts(bool messages)
{
  std::array<double, 2> edges{};
  MPI_Reduce(edges_.data(), edges.data(), 2, MPI_DOUBLE, MPI_SUM, 0, lmp_->world);
  edges_ = {};
  if (lmp_->comm->me != 0 || !messages || edges[1] == 0.0) return;
  const std::string share = fmt::format("{:.1f} %", 100.0 * (1.0 - edges[0] / edges[1]));
  if (share != share_) utils::logmesg(lmp_, "pair_style tumble: {} of the model's work was for ghosts\n", share);
  share_ = share;
}
