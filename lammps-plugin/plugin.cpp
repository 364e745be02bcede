/* SPDX-License-Identifier: GPL-2.0-only */
/// Registration of the styles with the LAMMPS that loads the plugin, if the plugin was compiled for its version.
///
/// Every start of LAMMPS in the environment loads this library, so it is small: the styles are in a second library,
/// which also loads torch. The first command that creates a style loads that library. Both stay loaded, although
/// `clear` makes LAMMPS close the plugin and load it again, since the code of torch's threads must not be unloaded.
///
/// It calls only LAMMPS' C interface. It uses only inline members of LAMMPS' classes, after the versions have been
/// compared. So a LAMMPS with other symbols still reaches the comparison.

#include "plugin_api.h"
#include "waiting.h"

#include "comm.h"
#include "exceptions.h"
#include "lammps.h"
#include "library.h"
#include "universe.h"

#include <cstdio>
#include <dlfcn.h>
#include <filesystem>
#include <string>

using namespace LAMMPS_NS;

namespace {

constexpr char PAIR_TUMBLE[] = "create_pair_tumble";
constexpr char SYMMETRY[] = "create_compute_tumble_symmetry";
constexpr char SYMMETRY_ATOM[] = "create_compute_tumble_symmetry_atom";

/// Return the path of `../libtumble_lammps.so`, relative to this library.
std::string find_library()
{
  Dl_info here{};
  std::error_code failed;
  dladdr(reinterpret_cast<void *>(&lammpsplugin_init), &here);
  const auto plugin = std::filesystem::canonical(here.dli_fname ? here.dli_fname : "", failed);
  return plugin.parent_path().parent_path() / "libtumble_lammps.so";
}

/// Determined when the plugin is loaded, since its own path may be relative and scripts may change the folder.
const std::string LIBRARY = find_library();

/// Stop LAMMPS as `error->all` does if any rank has a failure. All ranks must call it.
void stop_together(LAMMPS *lmp, const std::string &failure)
{
  int size = 1, rank = 0, first = 0;
  MPI_Comm_size(lmp->world, &size);
  MPI_Comm_rank(lmp->world, &rank);
  const int mine = failure.empty() ? size : rank;
  MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, lmp->world);
  if (first == size) return;

  char text[2048];
  snprintf(text, sizeof text, "ERROR: %s\n", failure.c_str());
  MPI_Bcast(text, sizeof text, MPI_CHAR, first, lmp->world);
  for (FILE *stream : {lmp->screen, lmp->logfile}) {
    if (rank != 0 || !stream) continue;
    fputs(text, stream);
    fflush(stream);    // MPI_Abort, which stops other partitions, doesn't flush
  }
  if (lmp->universe->nworlds > 1) throw LAMMPSAbortException(text, lmp->universe->uworld);
  throw LAMMPSException(text);
}

/// Return a function of the second library; stop LAMMPS if the library can't be loaded.
void *find_function(LAMMPS *lmp, const char *name)
{
  // for a LAMMPS without OpenMP, where torch loads its own; python/tumble/lammps.py does it for the packaged LAMMPS
  static const bool waiting = (set_waiting(lmp->comm->nthreads), true);
  static_cast<void>(waiting);
  void *library = dlopen(LIBRARY.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  void *function = library ? dlsym(library, name) : nullptr;
  std::string failure;
  if (!function) {
    const char *why = dlerror();
    failure = std::string("pair_style tumble isn't available: ") + (why ? why : "no reason given") +
              "; install tumble again with this torch";
  }
  stop_together(lmp, failure);
  return function;
}

/// Create a style by the function `name` of the second library; LAMMPS calls this.
template <const char *name, typename... Arguments> void *create(void *lmp, Arguments... arguments)
{
  // looked up every time, since all ranks of this LAMMPS must take part, and some may have created a style in another
  // LAMMPS before
  void *const function = find_function(static_cast<LAMMPS *>(lmp), name);
  return reinterpret_cast<void *(*)(void *, Arguments...)>(function)(lmp, arguments...);
}

struct Style {
  const char *kind;
  const char *name;
  decltype(lammpsplugin_t::creator) creator;    // .v1 for pair styles, .v2 for computes; both are create<SYMBOL>
};

constexpr Style STYLES[] = {
    {"pair", "tumble", {.v1 = create<PAIR_TUMBLE>}},
    {"compute", "tumble/symmetry", {.v2 = create<SYMMETRY>}},
    {"compute", "tumble/symmetry/atom", {.v2 = create<SYMMETRY_ATOM>}},
};

}    // namespace

void lammpsplugin_init(void *lmp, void *handle, void *regfunc)
{
  // Classes differ between releases, so only the C interface may be used before the versions have been compared.
  const int version = lammps_version(lmp);
  if (version != TUMBLE_LAMMPS_VERSION) {
    if (lammps_extract_setting(lmp, "world_rank") == 0)
      fprintf(stderr,
              "ERROR: pair_style tumble %s isn't available: the plugin was compiled for LAMMPS %d, got LAMMPS %d; "
              "install tumble again with this LAMMPS\n",
              TUMBLE_VERSION, TUMBLE_LAMMPS_VERSION, version);
    return;
  }

  for (const Style &style : STYLES) {
    lammpsplugin_t plugin{};
    plugin.version = static_cast<LAMMPS *>(lmp)->version;
    plugin.style = style.kind;
    plugin.name = style.name;
    plugin.info = "machine-learning potentials with broken symmetries, Tumble " TUMBLE_VERSION;
    plugin.author = "the Tumble developers";
    plugin.creator = style.creator;
    plugin.handle = handle;
    reinterpret_cast<lammpsplugin_regfunc>(regfunc)(&plugin, lmp);
  }
}
