/* SPDX-License-Identifier: GPL-2.0-only */
#include "waiting.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

constexpr char SPINS_IF_QUIET[] = "8000";    // 0.3 ms: longer than the serial parts of an evaluation

/// Return the number of threads that now compute on this machine, including this one; 1 if it isn't known.
int running_threads()
{
  std::ifstream file("/proc/loadavg");
  std::string average;
  int running = 1;
  file >> average >> average >> average >> running;
  return file ? running : 1;
}

bool others_want_cores(int threads)
{
  std::array<int, 11> running;
  for (int &sample : running) {
    sample = running_threads();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  std::nth_element(running.begin(), running.begin() + running.size() / 2, running.end());
  return running[running.size() / 2] - 1 + threads > sysconf(_SC_NPROCESSORS_ONLN);
}

}    // namespace

void LAMMPS_NS::set_waiting(int threads)
{
  if (threads < 2 || getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT")) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  setenv("GOMP_SPINCOUNT", others_want_cores(threads) ? "0" : SPINS_IF_QUIET, 1);
}
