/* SPDX-License-Identifier: GPL-2.0-only */
#include "atom_virials.h"

void LAMMPS_NS::add_atom_virials(const LammpsGraph &lammps_graph, const tumble::Evaluation &evaluation,
                                 double energy_unit, double **vatom)
{
  const tumble::Graph &graph = lammps_graph.graph();
  const double factor = -0.5 * energy_unit;
  for (std::int64_t e = 0; e < graph.edges(); ++e) {
    const auto &v = graph.vectors[e];
    const auto &g = evaluation.edge_gradients[e];
    const double half[6] = {factor * v[0] * g[0], factor * v[1] * g[1], factor * v[2] * g[2],
                            factor * v[1] * g[0], factor * v[2] * g[0], factor * v[2] * g[1]};
    for (int k = 0; k < 6; ++k) {
      vatom[lammps_graph.atoms()[graph.center(e)]][k] += half[k];
      vatom[lammps_graph.atoms()[graph.neighbor(e)]][k] += half[k];
    }
  }
}
