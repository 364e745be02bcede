/* SPDX-License-Identifier: GPL-2.0-only */
#include "halo.h"

#include "comm.h"
#include "lammps.h"

#include <algorithm>
#include <map>

using namespace LAMMPS_NS;

namespace {

struct Request {
  double user;                              // ghost cutoff before the first object widened it
  double set;                               // ghost cutoff that was set last
  std::map<const Halo *, double> widths;    // width that each object needs
};

/// Return the requests for each instance of LAMMPS; a process may have several.
std::map<const LAMMPS *, Request> &requests()
{
  static std::map<const LAMMPS *, Request> all;
  return all;
}

/// Set the largest width, or restore the user's value, unless `comm_modify cutoff` has changed it in the meantime.
void apply(Comm &comm, Request &request)
{
  if (comm.cutghostuser != request.set) request.user = comm.cutghostuser;
  request.set = request.user;
  for (const auto &[halo, width] : request.widths) request.set = std::max(request.set, width);
  comm.cutghostuser = request.set;
}

}    // namespace

void Halo::widen(double width)
{
  Request &request =
      requests().try_emplace(lmp_, Request{lmp_->comm->cutghostuser, lmp_->comm->cutghostuser, {}}).first->second;
  request.widths[this] = width;
  apply(*lmp_->comm, request);
}

void Halo::release()
{
  const auto found = requests().find(lmp_);
  if (found == requests().end() || found->second.widths.erase(this) == 0) return;
  apply(*lmp_->comm, found->second);
  if (found->second.widths.empty()) requests().erase(found);
}
