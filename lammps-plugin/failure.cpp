/* SPDX-License-Identifier: GPL-2.0-only */
#include "failure.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "lammps.h"
#include "universe.h"
#include "update.h"
#include "utils.h"

#include "tumble/base/error.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <unordered_map>

using namespace LAMMPS_NS;

namespace {

struct AtomRecord {
  tagint id;
  int type;
  double position[3];
};

struct ForceRecord {
  std::int64_t id;    // as wide as the other members, so that MPI sends no padding
  double force[3];
};

void broadcast(std::string &text, int root, MPI_Comm world)
{
  int size = static_cast<int>(text.size());
  MPI_Bcast(&size, 1, MPI_INT, root, world);
  text.resize(size);
  MPI_Bcast(text.data(), size, MPI_CHAR, root, world);
}

/// Return the records of all ranks on rank 0.
template <typename Record> std::vector<Record> gather(const std::vector<Record> &mine, MPI_Comm world)
{
  int me, ranks;
  MPI_Comm_rank(world, &me);
  MPI_Comm_size(world, &ranks);
  const int count = static_cast<int>(mine.size());
  std::vector<int> counts(ranks), starts(ranks + 1, 0);
  MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, world);
  for (int rank = 0; rank < ranks; ++rank) starts[rank + 1] = starts[rank] + counts[rank];

  std::vector<Record> all(me == 0 ? starts.back() : 0);
  MPI_Datatype type;
  MPI_Type_contiguous(sizeof(Record), MPI_BYTE, &type);
  MPI_Type_commit(&type);
  MPI_Gatherv(mine.data(), count, type, all.data(), counts.data(), starts.data(), type, 0, world);
  MPI_Type_free(&type);
  return all;
}

std::vector<AtomRecord> gather_atoms(const Atom &atom, MPI_Comm world)
{
  std::vector<AtomRecord> mine(atom.nlocal);
  for (int i = 0; i < atom.nlocal; ++i)
    mine[i] = {atom.tag[i], atom.type[i], {atom.x[i][0], atom.x[i][1], atom.x[i][2]}};
  std::vector<AtomRecord> all = gather(mine, world);
  std::sort(all.begin(), all.end(), [](const AtomRecord &a, const AtomRecord &b) { return a.id < b.id; });
  return all;
}

using ForcesById = std::unordered_map<tagint, tumble::Vector3>;

/// Return the sums of all contributions to forces, including those on ghosts, on rank 0.
ForcesById gather_forces(const Atom &atom, const std::vector<int> &atom_of_node,
                         const std::vector<tumble::Vector3> &forces, MPI_Comm world)
{
  std::vector<ForceRecord> mine(forces.size());
  for (std::size_t n = 0; n < forces.size(); ++n)
    mine[n] = {atom.tag[atom_of_node[n]], {forces[n][0], forces[n][1], forces[n][2]}};
  ForcesById sums;
  for (const ForceRecord &record : gather(mine, world)) {
    auto &sum = sums[record.id];    // initially zero
    for (int a = 0; a < 3; ++a) sum[a] += record.force[a];
  }
  return sums;
}

/// Return the second line of an extended XYZ file: cell vectors as rows in Å, boundaries, columns.
std::string header(const Domain &domain, bigint step, bool with_forces)
{
  const auto *low = domain.boxlo;
  std::string text = fmt::format("Lattice=\"{:.17g} 0 0 {:.17g} {:.17g} 0 {:.17g} {:.17g} {:.17g}\"", domain.xprd,
                                 domain.xy, domain.yprd, domain.xz, domain.yz, domain.zprd);
  if (low[0] != 0.0 || low[1] != 0.0 || low[2] != 0.0)
    text += fmt::format(" Origin=\"{:.17g} {:.17g} {:.17g}\"", low[0], low[1], low[2]);
  const auto flag = [](int periodic) { return periodic ? 'T' : 'F'; };
  return text + fmt::format(" Properties=species:S:1:pos:R:3:id:I:1{} step={} pbc=\"{} {} {}\"",
                            with_forces ? ":forces:R:3" : "", step, flag(domain.xperiodic), flag(domain.yperiodic),
                            flag(domain.zperiodic));
}

/// Write the file.
/// @returns the reason if it can't be written
std::string write(const std::string &name, const std::string &header, const std::vector<AtomRecord> &atoms,
                  const std::vector<std::string> &symbol_of_type, const ForcesById *forces)
{
  FILE *file = fopen(name.c_str(), "w");
  if (!file) return utils::getsyserror();
  errno = 0;
  fmt::print(file, "{}\n{}\n", atoms.size(), header);
  for (const AtomRecord &atom : atoms) {
    const bool named = atom.type < static_cast<int>(symbol_of_type.size()) && !symbol_of_type[atom.type].empty();
    const auto &x = atom.position;
    std::string line = fmt::format("{} {:.17g} {:.17g} {:.17g} {}", named ? symbol_of_type[atom.type] : "X", x[0], x[1],
                                   x[2], atom.id);
    if (forces) {
      const auto found = forces->find(atom.id);    // an atom that no model sees has none
      const tumble::Vector3 f = found == forces->end() ? tumble::Vector3{} : found->second;
      line += fmt::format(" {:.17g} {:.17g} {:.17g}", f[0], f[1], f[2]);
    }
    fputs((line + "\n").c_str(), file);
  }
  const bool failed = ferror(file) != 0;
  if (fclose(file) == 0 && !failed) return "";
  return utils::getsyserror();
}

std::string on_one_line(std::string text)
{
  for (const char *gap : {"\r", "\n"})
    for (std::size_t at = text.find(gap); at != std::string::npos; at = text.find(gap)) text.replace(at, 1, " ");
  return text.empty() ? "unknown error" : text;
}

}    // namespace

std::string LAMMPS_NS::catch_failure(const std::function<void()> &work,
                                     const std::function<std::string(std::int64_t)> &atom_name)
{
  try {
    work();
  } catch (const tumble::Error &error) {
    return on_one_line(atom_name ? error.text().write(atom_name) : error.what());
  } catch (const std::bad_alloc &) {
    return "out of memory";
  } catch (const std::exception &exception) {
    return on_one_line(exception.what());
  }
  return "";
}

std::string LAMMPS_NS::agree_on_failure(MPI_Comm world, const std::string &failure)
{
  int me, ranks;
  MPI_Comm_rank(world, &me);
  MPI_Comm_size(world, &ranks);
  const int mine = failure.empty() ? ranks : me;
  int first;
  MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, world);
  if (first == ranks) return "";
  std::string text = failure;
  broadcast(text, first, world);
  return text;
}

std::string LAMMPS_NS::write_failed_frame(LAMMPS *lmp, const std::vector<std::string> &symbol_of_type,
                                          const std::vector<int> &atom_of_node,
                                          const std::vector<tumble::Vector3> &forces)
{
  const MPI_Comm world = lmp->world;
  const int mine = forces.size() == atom_of_node.size();
  int complete;
  MPI_Allreduce(&mine, &complete, 1, MPI_INT, MPI_MIN, world);

  const std::vector<AtomRecord> atoms = gather_atoms(*lmp->atom, world);
  ForcesById sums;
  if (complete) sums = gather_forces(*lmp->atom, atom_of_node, forces, world);

  std::string outcome;
  if (lmp->comm->me == 0) {
    const bigint step = lmp->update->ntimestep;
    const std::string partition =
        lmp->universe->nworlds > 1 ? fmt::format(".{}", lmp->universe->iworld) : std::string();
    const std::string name = fmt::format("tumble_failed_{}{}.extxyz", step, partition);
    const std::string reason =
        write(name, header(*lmp->domain, step, complete), atoms, symbol_of_type, complete ? &sums : nullptr);
    outcome = reason.empty() ? "the frame is in " + name : fmt::format("the frame isn't in {}: {}", name, reason);
  }
  broadcast(outcome, 0, world);
  return outcome;
}
